"""What a playbook's script prints, line by line, and what it means.

    @longshore playbook=docker carrier=ssh step=docker-start status=changed seconds=0.42 exit=0
    @longshore| the last lines of a failed step's output follow it like this
    @longshore playbook=docker carrier=ssh status=done changed=1 seconds=8.21

Status of a step: ok (nothing to do), running, retrying, changed, failed, skipped (`when`);
of the whole: waiting (the other carrier holds the lock), done, busy. Other lines are the
output of the other carrier's steps, and are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, cast, get_args

PREFIX = "@longshore "
OUTPUT_PREFIX = "@longshore| "
Status = Literal[
    "ok", "running", "retrying", "changed", "failed", "skipped", "waiting", "done", "busy"
]
_STATUSES = frozenset(get_args(Status))


@dataclass(frozen=True)
class StepReport:
    """One report line. `step` is empty when it is about the whole run; `exit` is None and
    `seconds` 0 where the line has none. `output` holds a failed step's last lines."""

    step: str
    carrier: str
    status: Status
    seconds: float = 0.0
    exit: int | None = None
    reconnect: bool = False
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaybookReport:
    """How one pass over SSH went. `steps` holds its final lines, the latest of each step;
    `boot` the same of the boot carrier's run, as far as it was seen."""

    steps: tuple[StepReport, ...]
    boot: tuple[StepReport, ...]
    seconds: float

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(step.step for step in self.steps if step.status == "changed")

    @property
    def reconnect(self) -> bool:
        """Whether only a new SSH session has what changed (the user's groups)."""
        return any(step.reconnect for step in (*self.steps, *self.boot))


def parse_line(line: str) -> StepReport | None:
    """The report in `line`, or None when it is not a report line."""
    if not line.startswith(PREFIX):
        return None
    fields = dict(part.split("=", 1) for part in line.removeprefix(PREFIX).split() if "=" in part)
    status = fields.get("status", "")
    if status not in _STATUSES or "carrier" not in fields:
        return None
    try:
        return StepReport(
            step=fields.get("step", ""),
            carrier=fields["carrier"],
            status=cast(Status, status),
            seconds=float(fields.get("seconds", "0")),
            exit=int(fields["exit"]) if "exit" in fields else None,
            reconnect=fields.get("reconnect") == "1",
        )
    except ValueError:
        return None


@dataclass
class ReportReader:
    """Feed it lines as they come; `failed` and `busy` say how it ended, if not well."""

    _latest: dict[tuple[str, str], StepReport] = field(default_factory=dict)
    failed: StepReport | None = None
    busy: StepReport | None = None
    done: bool = False

    def feed(self, line: str) -> StepReport | None:
        """Take a line in; the report it holds, if any."""
        if line.startswith(OUTPUT_PREFIX) and self.failed is not None:
            text = line.removeprefix(OUTPUT_PREFIX)
            self.failed = replace(self.failed, output=(*self.failed.output, text))
            return None
        report = parse_line(line)
        if report is None:
            return None
        if report.step and report.status not in ("running", "retrying"):
            self._latest[report.carrier, report.step] = report
        if report.carrier == "ssh":
            self.failed = report if report.status == "failed" else self.failed
            self.busy = report if report.status == "busy" else self.busy
            self.done = self.done or report.status == "done"
        return report

    def steps(self, carrier: str) -> tuple[StepReport, ...]:
        return tuple(report for (by, _), report in self._latest.items() if by == carrier)
