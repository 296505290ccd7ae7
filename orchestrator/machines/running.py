"""Running a rendered playbook over SSH: one round trip, reports while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from orchestrator.errors import LongshoreError
from orchestrator.machines.command import Command, CommandFailed
from orchestrator.machines.report import PlaybookReport, ReportReader, StepReport

if TYPE_CHECKING:
    from orchestrator.machines.connection import Connection

OnStep = Callable[[StepReport], None]
DEADLINE = 900.0
"""Seconds for the whole pass, the wait for the boot carrier included."""
MARGIN = 15.0
"""Seconds that the wait for the lock ends before the command's own deadline."""


class PlaybookFailed(LongshoreError):
    """A step failed; carries its report, with the last lines of its output."""

    def __init__(self, machine: str, step: StepReport) -> None:
        self.machine = machine
        self.step = step
        output = "".join(f"\n  {line}" for line in step.output)
        late = " (ran past its timeout)" if step.exit == 124 else ""
        super().__init__(
            f"{machine}: step {step.step} failed with exit status {step.exit}{late}{output}",
            advice="the whole log is on the machine in /var/log/longshore-playbook.log; "
            "run the same command again once the cause is mended",
        )


class PlaybookBusy(LongshoreError):
    """The run that began at boot did not end before the deadline."""

    def __init__(self, machine: str, seconds: float) -> None:
        super().__init__(
            f"{machine}: the installation that began at boot still runs after {seconds:.0f} s",
            advice="look at /var/log/longshore-playbook.log on the machine, or wait and try again",
        )


def run_playbook(
    connection: Connection, script: str, *, deadline: float = DEADLINE, on_step: OnStep
) -> PlaybookReport:
    """Run a script of `render_script` as root and return when every step holds.

    Waits for the run that began at boot, showing its reports. Running it again is safe and
    nearly free; a pass whose connection is lost goes on by itself on the machine. Raises
    PlaybookFailed, PlaybookBusy, CommandTimeout, CommandFailed (sudo refused), ConnectionLost.
    """
    reader = ReportReader()

    def on_line(line: str) -> None:
        report = reader.feed(line)
        if report is not None:
            on_step(report)

    patience = max(int(deadline - MARGIN), 1)
    completed = connection.stream(
        Command(
            ("sh", "-s", "ssh", str(patience)),
            deadline=deadline,
            stdin=script.encode(),
            sudo=True,
        ),
        on_line,
    )
    if reader.failed is not None:
        raise PlaybookFailed(connection.endpoint.name, reader.failed)
    if reader.busy is not None:
        raise PlaybookBusy(connection.endpoint.name, reader.busy.seconds)
    if completed.status != 0 or not reader.done:
        raise CommandFailed(completed, advice="the user must be allowed `sudo` with no password")
    return PlaybookReport(reader.steps("ssh"), reader.steps("boot"), completed.seconds)
