"""Clear away what an interrupted replacement left beside a container that is as wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.engine.labels import Scope
from orchestrator.engine.replace import recover
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import OperationProgress, PlannedChange


@dataclass(frozen=True, kw_only=True)
class RepairService(Operation):
    """Otherwise it would stay for ever, and fight for the port when the machine restarts.
    A service that has to be deployed anyway is repaired by that."""

    kind: ClassVar[str] = "repair"

    machine_name: str
    target: str
    service: str
    leftover: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.service

    @property
    def machine(self) -> str:
        return self.machine_name

    @property
    def detail(self) -> str:
        return f"an interrupted run left {', '.join(self.leftover)}"

    def describe(self) -> PlannedChange:
        return PlannedChange(
            "update", "container", self.service, self.target, self.machine, self.detail
        )

    def apply(self, context: Context) -> bool:
        scope = Scope(context.owner.project, context.owner.environment)
        return recover(
            context.fleet.engine(self.machine),
            scope.container(self.service),
            on_step=lambda step, detail: context.sink.emit(
                OperationProgress(self.id, self.subject, self.machine, f"{step}: {detail}")
            ),
        )
