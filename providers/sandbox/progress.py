"""How long jobs of the sandbox say what they are doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
"""Called with one line of plain text without a line end, from any thread."""


def silent(line: str) -> None:
    """A progress callback for callers that want none."""
