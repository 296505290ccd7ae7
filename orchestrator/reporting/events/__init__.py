"""Every event type, by the name it has in `docs/events.md`.

An event is a frozen dataclass with a class attribute `type` and JSON-safe fields only.
Its time is not a field: the sink stamps it on emission (`orchestrator.reporting.sink`).
"""

from __future__ import annotations

from orchestrator.reporting.events.base import Event
from orchestrator.reporting.events.decisions import (
    Fallback,
    MachineAdopted,
    Notice,
    Retrying,
    Skipped,
    Warned,
)
from orchestrator.reporting.events.operations import (
    OperationFailed,
    OperationFinished,
    OperationProgress,
    OperationStarted,
    StepReported,
    StepStatus,
)
from orchestrator.reporting.events.run import (
    Action,
    Outcome,
    PlannedChange,
    PlanReady,
    RunFinished,
    RunStarted,
    Stopping,
    UrlReady,
)
from orchestrator.reporting.events.streams import BuildOutput, ServiceLog

__all__ = [
    "Action",
    "BuildOutput",
    "Event",
    "Fallback",
    "MachineAdopted",
    "Notice",
    "OperationFailed",
    "OperationFinished",
    "OperationProgress",
    "OperationStarted",
    "Outcome",
    "PlanReady",
    "PlannedChange",
    "Retrying",
    "RunFinished",
    "RunStarted",
    "ServiceLog",
    "Skipped",
    "StepReported",
    "StepStatus",
    "Stopping",
    "UrlReady",
    "Warned",
]
