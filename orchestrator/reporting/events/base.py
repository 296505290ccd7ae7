"""The class every event derives from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Event:
    """Something that happened, as data.

    Fields hold str, int, float, bool, None, and tuples of those or of dataclasses of
    those, so that every renderer and the masking can walk any event, new ones included.
    """

    type: ClassVar[str] = ""
