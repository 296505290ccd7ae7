"""`longshore plan`: what `up` would do."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.app.planned import plan_session
from orchestrator.app.session import open_session
from orchestrator.cancellation import Cancellation
from orchestrator.invocation import Invocation
from orchestrator.reporting.sink import Sink


@dataclass(frozen=True)
class PlanOutcome:
    """Whether `up` would change anything."""

    changes: bool


def plan(invocation: Invocation, sink: Sink, cancel: Cancellation) -> PlanOutcome:
    """Report what would change. Takes no lock, writes nothing, changes nothing."""
    with open_session(invocation, sink, cancel, "plan") as session:
        found, _ = plan_session(session)
        sink.emit(found.event())
        return PlanOutcome(changes=not found.empty or bool(found.unknown))
