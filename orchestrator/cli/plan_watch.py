"""Whether a run had anything to do, learnt from its own events."""

from __future__ import annotations

from orchestrator.reporting.events import PlanReady
from orchestrator.reporting.sink import Envelope


class PlanWatch:
    """A renderer that shows nothing: it sees whether the plan was empty. Where there are
    two, because SSH had to be opened first, what the earlier one changed counts too."""

    def __init__(self) -> None:
        self.empty = False
        self._changes = False

    def render(self, envelope: Envelope) -> None:
        if isinstance(envelope.event, PlanReady):
            self._changes = self._changes or envelope.event.changes_something
            self.empty = envelope.event.empty and not self._changes

    def close(self) -> None:
        """There is nothing to put back."""
