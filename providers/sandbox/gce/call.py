"""One request as the methods of the API see it: placed, checked, with its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from providers.sandbox.faults import Fault
from providers.sandbox.gce.links import Link
from providers.sandbox.rest.message import Json, no_fault

Document = dict[str, Json]
"""A resource as the API shows it."""


@dataclass(frozen=True)
class Call:
    """`method` is the discovery document's name of it, without the API's. `parts` are what the
    path names: project, zone, instance and so on."""

    method: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Json] = field(default_factory=dict)
    doom: Callable[[], Fault | None] = no_fault

    @property
    def project(self) -> str:
        """The project it is about."""
        return self.parts["project"]

    @property
    def scope(self) -> str:
        """Where: `zones/NAME`, `regions/NAME` or `global`."""
        if "zone" in self.parts:
            return f"zones/{self.parts['zone']}"
        if "region" in self.parts:
            return f"regions/{self.parts['region']}"
        return "global"

    @property
    def zone(self) -> str:
        """The zone it is about; empty where there is none."""
        return self.parts.get("zone", "")

    def link(self, collection: str, name: str) -> Link:
        """A resource in the call's own scope."""
        return Link(self.project, self.scope, collection, name)


def text(document: Mapping[str, Json], name: str, default: str = "") -> str:
    """A string member."""
    value = document.get(name)
    return default if value is None else str(value)


def part(document: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """A member that is an object; an empty one where it is not there."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def parts(document: Mapping[str, Json], name: str) -> list[Document]:
    """A member that is a list of objects."""
    value = document.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def texts(document: Mapping[str, Json], name: str) -> list[str]:
    """A member that is a list of strings."""
    value = document.get(name)
    return [str(entry) for entry in value] if isinstance(value, list) else []
