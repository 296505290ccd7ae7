"""A YAML document as typed nodes that remember where they stand.

One value shared through an anchor becomes one node per use, so that every node has exactly
one key path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.spec.problem import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: line and column count from 1; `path` is the key path,
    such as services.web.ports[0]."""

    file: Path
    line: int
    column: int
    path: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `text` is what is written (after interpolation), `value` what YAML
    1.2 makes of it, `written` the text before interpolation."""

    place: Place
    value: str | int | float | bool | None
    text: str = field(repr=False)
    written: str
    plain: bool = True
    inserted: frozenset[str] = field(default=frozenset(), repr=False)
    """Values of the deployer's variables that interpolation put in here."""
    unresolved: bool = False
    """Holds a variable that nobody asked to resolve: its form cannot be judged."""

    @property
    def interpolated(self) -> bool:
        return self.text != self.written


@dataclass(frozen=True, slots=True)
class ListNode:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    key: Place
    value: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    place: Place
    entries: Mapping[str, Entry]

    def get(self, key: str) -> Node | None:
        """The value under the key, or None when the key is absent."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def map(self, key: str) -> MapNode | None:
        """The mapping under the key, or None when there is none."""
        value = self.get(key)
        return value if isinstance(value, MapNode) else None

    def list(self, key: str) -> tuple[Node, ...]:
        """The items of the list under the key; empty when there is none."""
        value = self.get(key)
        return value.items if isinstance(value, ListNode) else ()

    def scalar(self, key: str) -> Scalar | None:
        """The single value under the key, or None when there is none."""
        value = self.get(key)
        return value if isinstance(value, Scalar) else None

    def without(self, *keys: str) -> MapNode:
        """The same mapping as if these keys had not been written."""
        kept = {key: entry for key, entry in self.entries.items() if key not in keys}
        return MapNode(self.place, kept)

    def at(self, key: str) -> Place:
        """Where the key is written; the mapping's own place when it is absent."""
        entry = self.entries.get(key)
        return entry.key if entry else self.place


Node = Scalar | ListNode | MapNode


class Findings:
    """Collects every problem, so that one run tells all of them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, place: Place, message: str, advice: str = "") -> None:
        """Note one problem at a place."""
        self.problems.append(
            Problem(place.file, place.line, place.column, place.path, message, advice)
        )

    @property
    def count(self) -> int:
        return len(self.problems)
