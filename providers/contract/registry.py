"""Which providers are installed. Apart from the protocol, since a project file is held to it
before anything else of a provider is needed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

ENTRY_POINTS = "longshore.providers"


@cache
def provider_names() -> tuple[str, ...]:
    """The names in the entry-point group `longshore.providers`, sorted. Imports none of
    them; empty where Longshore is run without having been installed."""
    return tuple(sorted({entry.name for entry in entry_points(group=ENTRY_POINTS)}))
