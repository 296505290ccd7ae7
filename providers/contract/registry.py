"""Which providers are installed. Apart from the protocol, since a project file is held to it
before anything else of a provider is needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

ENTRY_POINTS = "longshore.providers"

_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "aws": ("endpoint", "ca", "echo_url", "profile"),
    "gcp": ("endpoint", "ca", "echo_url", "project"),
    "azure": ("endpoint", "ca", "echo_url", "subscription", "group"),
    "servers": ("echo_url",),
}
_OTHER_SETTINGS = ("endpoint", "ca", "echo_url", "profile", "options")


def settings_of(provider: str) -> tuple[str, ...]:
    """The fields of `ProviderSettings` that a project file may set for a provider: those that
    its adapter reads. One from elsewhere has what all have, and `options` of its own."""
    return _SETTINGS.get(provider, _OTHER_SETTINGS)


@cache
def provider_names() -> tuple[str, ...]:
    """The names in the entry-point group `longshore.providers`, sorted. Imports none of
    them; empty where Longshore is run without having been installed."""
    return tuple(sorted({entry.name for entry in entry_points(group=ENTRY_POINTS)}))
