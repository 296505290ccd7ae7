"""Make a machine a Docker host: one playbook, one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from orchestrator.machines.command import Command
from orchestrator.machines.families import family_of_target
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import render_script
from orchestrator.machines.report import StepReport
from orchestrator.machines.running import run_playbook
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import OperationProgress, PlannedChange, StepReported
from orchestrator.reporting.sink import Sink

if TYPE_CHECKING:
    from orchestrator.machines.connection import Connection

INSTALL_DEADLINE = 600.0
"""Seconds for the whole playbook, the wait for its other carrier included."""
RECONNECT_DEADLINE = 30.0
GROUPS_DEADLINE = 20.0


@dataclass(frozen=True, kw_only=True)
class InstallEngine(Operation):
    """Run the `docker` playbook; on a new machine user data began it at boot, and this
    waits on its lock and finds most of it done."""

    kind: ClassVar[str] = "engine"

    name: str
    target: str
    os: str
    new: bool
    reason: str = ""
    family: str = ""
    """Of a machine that was there already, as it was found; else the one of `os`."""

    @property
    def subject(self) -> str:
        return "docker"

    @property
    def machine(self) -> str:
        return self.name

    def describe(self) -> PlannedChange | None:
        if self.new:
            return None
        return PlannedChange("update", "engine", "docker", self.target, self.name, self.reason)

    def apply(self, context: Context) -> bool:
        family = self.family or family_of_target(self.os)
        user = context.fleet.user(context.fleet.line_of(self.name))
        script = render_script(load_playbook("docker"), family, user=user)
        connection = context.fleet.connection(self.name)
        report = run_playbook(
            connection,
            script,
            deadline=INSTALL_DEADLINE,
            on_step=StepTeller(self, context.sink).tell,
        )
        if report.reconnect or is_outside_the_group(connection):
            self._sign_in_again(context)
        context.fleet.engine(self.name).ping()
        boot = any(step.status == "changed" for step in report.boot)
        return bool(report.changed) or boot

    def _sign_in_again(self, context: Context) -> None:
        """sshd fixes a login's groups when it begins: one that is older than the docker
        group cannot open the Engine's socket."""
        record = context.store.machines.all()[self.name]
        line = context.fleet.line_of(self.name)
        fresh = context.fleet.dial(self.name, line, record.pins, deadline=RECONNECT_DEADLINE)
        context.fleet.keep(self.name, fresh)


def is_outside_the_group(connection: Connection) -> bool:
    """Whether this login cannot open the Engine's socket. A guest agent may have made the user
    before our own script put it into the docker group, and let us in between the two."""
    if connection.endpoint.user == "root":
        return False
    groups = connection.run(Command(("id", "-Gn"), deadline=GROUPS_DEADLINE)).check().text
    return "docker" not in groups.split()


class StepTeller:
    """Turns the reports of both runs of a playbook, at boot and over SSH, into events. The
    second run finds most of it done: that is told only of steps that the first one did not
    report."""

    def __init__(self, operation: InstallEngine, sink: Sink) -> None:
        self._operation = operation
        self._sink = sink
        self._at_boot: dict[str, str] = {}

    def tell(self, report: StepReport) -> None:
        """Emit what this report is worth."""
        operation = self._operation
        if report.status == "done":
            return  # the operation's own end says so
        if report.status not in ("ok", "changed", "skipped", "failed"):
            what = f"{report.step} {report.status}".strip()
            self._sink.emit(
                OperationProgress(operation.id, operation.subject, operation.name, what)
            )
            return
        if report.carrier == "boot":
            self._at_boot[report.step] = report.status
        elif report.status in ("ok", "skipped") and self._went_well_at_boot(report.step):
            return
        self._sink.emit(StepReported(operation.name, report.step, report.status, report.seconds))

    def _went_well_at_boot(self, step: str) -> bool:
        return self._at_boot.get(step, "failed") != "failed"
