"""What the SDK gives as an enumeration or as text, according to its age, as text."""

from __future__ import annotations

from enum import Enum


def word(value: str | Enum | None) -> str:
    """The word on the wire; empty for None."""
    if isinstance(value, Enum):
        return str(value.value)
    return value or ""
