"""Operations of a plan while they run, and the steps of a playbook inside one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from orchestrator.reporting.events.base import Event

StepStatus = Literal["ok", "changed", "skipped", "failed"]
"""ok: the check found it done; changed: it was run; skipped: its condition did not hold."""


@dataclass(frozen=True)
class OperationStarted(Event):
    """An operation begins. `id` is the same in all of its events; `machine` is None for
    work that belongs to no single machine (a network, a local build)."""

    type: ClassVar[str] = "operation-started"

    id: str
    kind: str
    subject: str
    machine: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class OperationProgress(Event):
    """An operation is under way. `done` and `total` count `unit`; either may be unknown."""

    type: ClassVar[str] = "operation-progress"

    id: str
    subject: str
    machine: str | None
    message: str
    done: int | None = None
    total: int | None = None
    unit: Literal["bytes", "items"] = "bytes"


@dataclass(frozen=True)
class OperationFinished(Event):
    """An operation ended well. `changed` False: everything was already as wanted."""

    type: ClassVar[str] = "operation-finished"

    id: str
    kind: str
    subject: str
    machine: str | None
    seconds: float
    changed: bool = True


@dataclass(frozen=True)
class OperationFailed(Event):
    """An operation ended badly. `details` are lines for the reader, such as the last log
    lines of a container or the output of a health check, oldest first."""

    type: ClassVar[str] = "operation-failed"

    id: str
    kind: str
    subject: str
    machine: str | None
    seconds: float
    message: str
    advice: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepReported(Event):
    """A playbook step ended on a machine."""

    type: ClassVar[str] = "step-reported"

    machine: str
    step: str
    status: StepStatus
    seconds: float
