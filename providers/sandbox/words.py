"""Words that one process logs and another looks for."""

from __future__ import annotations

SWEPT = "left by an earlier run"
