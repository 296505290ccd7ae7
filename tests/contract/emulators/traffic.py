"""The recorded exchanges of this run, gathered for the judges at its end."""

from __future__ import annotations

from pathlib import Path

_open: set[Path] = set()
_lines: list[str] = []


def record(file: Path) -> Path:
    """Say that a recorder writes here; returns the file."""
    _open.add(file)
    return file


def keep(file: Path) -> None:
    """Take in what was recorded, before the file goes."""
    _open.discard(file)
    if file.exists():
        _lines.extend(file.read_text().splitlines())


def write(whole: Path) -> None:
    """Write everything that was recorded in this run so far."""
    still = [line for file in sorted(_open) if file.exists() for line in file.open()]
    whole.write_text("".join(f"{line.rstrip()}\n" for line in (*_lines, *still)))
