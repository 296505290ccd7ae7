"""A plan: the operations that lead from what exists to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.operations.operation import Operation
from orchestrator.planning.survey import MachineView
from orchestrator.reporting.events import PlannedChange, PlanReady


@dataclass(frozen=True)
class Plan:
    """Operations in an order in which they could run one by one, what stays as it is, and
    what the reader should know before saying yes."""

    operations: tuple[Operation, ...]
    kept: tuple[PlannedChange, ...] = ()
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Machines that exist and could not be asked what runs on them."""
    machines: tuple[MachineView, ...] = ()
    """The machines that stay, one for each name."""
    platforms: Mapping[str, str] = field(default_factory=dict)
    """By target: what images its machines take."""

    @property
    def changes(self) -> tuple[PlannedChange, ...]:
        described = (operation.describe() for operation in self.operations)
        return tuple(change for change in described if change is not None)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do. Each plan with operations has a line to show."""
        return not self.operations

    def event(self) -> PlanReady:
        """The plan as it is shown."""
        return PlanReady(self.changes + self.kept, self.warnings, self.unknown)
