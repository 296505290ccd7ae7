"""Whether a run had anything to do, learnt from its own events."""

from __future__ import annotations

from orchestrator.reporting.events import PlanReady
from orchestrator.reporting.sink import Envelope


class PlanWatch:
    """A renderer that shows nothing: it sees whether the last plan was empty."""

    def __init__(self) -> None:
        self.empty = False

    def render(self, envelope: Envelope) -> None:
        if isinstance(envelope.event, PlanReady):
            self.empty = envelope.event.empty

    def close(self) -> None:
        """There is nothing to put back."""
