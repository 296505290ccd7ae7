"""Remove a container that the project no longer asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.engine import containers
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import PlannedChange


@dataclass(frozen=True, kw_only=True)
class RemoveContainer(Operation):
    """Stop it with its own signal and time, then remove it. Named volumes stay."""

    kind: ClassVar[str] = "remove"

    machine_name: str
    target: str
    container: str

    @property
    def subject(self) -> str:
        return self.container

    @property
    def machine(self) -> str:
        return self.machine_name

    def describe(self) -> PlannedChange:
        return PlannedChange(
            "delete",
            "container",
            self.container,
            self.target,
            self.machine,
            "no longer in the project",
        )

    def apply(self, context: Context) -> bool:
        engine = context.fleet.engine(self.machine)
        containers.stop(engine, self.container)
        return containers.remove(engine, self.container)
