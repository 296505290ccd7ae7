"""For a person at a terminal. Imports rich: import this only when there is one."""

from __future__ import annotations

from orchestrator.reporting.live.renderer import Live

__all__ = ["Live"]
