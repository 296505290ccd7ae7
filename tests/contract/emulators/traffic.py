"""Where the recorded exchanges of this run go, for the judges at its end."""

from __future__ import annotations

from pathlib import Path

_kept: list[str] = []


def keep(recorded: Path) -> None:
    """Add a recorder's file to what will be judged; safe for one that is not there."""
    if recorded.exists():
        _kept.extend(recorded.read_text().splitlines())


def kept() -> list[str]:
    """Every exchange of this run so far, a JSON line each."""
    return list(_kept)
