"""A small language for the shapes of documents, and how a document breaks one.

Real ARM takes names and enum values in any case; here they have to be spelled as the REST
specification spells them, so that a wrong spelling is found before a stricter reader of the
same document finds it. Read-only members may come back as they were sent out, which is what a
caller does who reads, changes and writes; with other values they are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["unknown", "type", "value", "read-only", "missing"]


@dataclass(frozen=True)
class Violation:
    """One place where a document is not as it should be: the path there, its last name, the
    type that it is a member of, and a sentence."""

    kind: Kind
    path: str
    member: str
    owner: str
    message: str


@dataclass(frozen=True)
class Shape:
    """Any JSON at all; the kinds of shapes below know better."""

    def check(self, value: Any, place: Place, current: Any) -> Iterator[Violation]:
        """Yield every violation; `current` is what stands there now, None for nothing."""
        return iter(())

    def respell(self, value: Any) -> Any:
        """The value with names and enum values in their own spelling."""
        return value


@dataclass(frozen=True)
class Place:
    """Where in a document a value stands."""

    path: str = ""
    member: str = ""
    owner: str = ""

    def inside(self, member: str, owner: str) -> Place:
        """A member of the object here."""
        return Place(f"{self.path}.{member}" if self.path else member, member, owner)

    def entry(self, index: int) -> Place:
        """An entry of the list here."""
        return Place(f"{self.path}[{index}]", self.member, self.owner)

    def breaks(self, kind: Kind, message: str) -> Violation:
        """A violation here."""
        return Violation(kind, self.path, self.member, self.owner, message)


@dataclass(frozen=True)
class Scalar(Shape):
    """A value of one JSON type."""

    types: tuple[type, ...]
    words: str

    def check(self, value: Any, place: Place, current: Any) -> Iterator[Violation]:
        """A truth value is no number, though Python takes it for one."""
        fits = isinstance(value, self.types) and (bool in self.types or not isinstance(value, bool))
        if not fits:
            yield place.breaks(
                "type",
                f"Error converting value {value!r} to type '{self.words}'. Path '{place.path}'.",
            )


TEXT = Scalar((str,), "System.String")
INTEGER = Scalar((int,), "System.Int32")
NUMBER = Scalar((int, float), "System.Double")
BOOLEAN = Scalar((bool,), "System.Boolean")
ANY = Shape()


@dataclass(frozen=True)
class Choice(Shape):
    """One of some words."""

    words: tuple[str, ...]

    def check(self, value: Any, place: Place, current: Any) -> Iterator[Violation]:
        """The spelling counts."""
        if not isinstance(value, str) or value not in self.words:
            yield place.breaks(
                "value",
                f"Error converting value {value!r}: the allowed values are "
                f"{', '.join(self.words)}. Path '{place.path}'.",
            )

    def respell(self, value: Any) -> Any:
        """The word that is meant, whatever its case."""
        return next((word for word in self.words if word.lower() == str(value).lower()), value)


@dataclass(frozen=True)
class Several(Shape):
    """A list."""

    of: Shape

    def check(self, value: Any, place: Place, current: Any) -> Iterator[Violation]:
        """Entries keep their places: the current ones are found by name, else by index."""
        if not isinstance(value, list):
            yield place.breaks("type", f"Expected a list. Path '{place.path}'.")
            return
        standing = current if isinstance(current, list) else []
        named = {
            entry["name"]: entry
            for entry in standing
            if isinstance(entry, dict) and "name" in entry
        }
        for index, entry in enumerate(value):
            old = named.get(str(entry.get("name"))) if isinstance(entry, dict) else None
            if old is None and index < len(standing):
                old = standing[index]
            yield from self.of.check(entry, place.entry(index), old)

    def respell(self, value: Any) -> Any:
        """Each entry."""
        return [self.of.respell(one) for one in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Named(Shape):
    """An object whose names the caller chooses."""

    of: Shape

    def check(self, value: Any, place: Place, current: Any) -> Iterator[Violation]:
        """Each value on its own."""
        if not isinstance(value, dict):
            yield place.breaks("type", f"Expected an object. Path '{place.path}'.")
            return
        for name, entry in value.items():
            old = current.get(name) if isinstance(current, dict) else None
            yield from self.of.check(entry, place.inside(name, place.owner), old)


@dataclass(frozen=True)
class Member:
    """One member of an object."""

    shape: Shape | Callable[[], Shape]
    read_only: bool = False
    required: bool = False

    def resolve(self) -> Shape:
        """The shape; recursive ones are given as functions."""
        return self.shape if isinstance(self.shape, Shape) else self.shape()


@dataclass(frozen=True)
class Record(Shape):
    """An object with known members; `name` is what ARM's errors call its type."""

    name: str
    members: Mapping[str, Member] = field(hash=False)

    def check(self, value: Any, place: Place, current: Any) -> Iterator[Violation]:
        """Unknown members, missing ones, and each member by its own shape."""
        if not isinstance(value, dict):
            yield place.breaks("type", f"Expected an object. Path '{place.path}'.")
            return
        standing = current if isinstance(current, dict) else {}
        for name, entry in value.items():
            member, here = self.members.get(name), place.inside(name, self.name)
            if member is None:
                yield here.breaks(
                    "unknown",
                    f"Could not find member '{name}' on object of type '{self.name}'. "
                    f"Path '{here.path}'.",
                )
            elif entry is None:
                continue
            elif member.read_only:
                if name not in standing or standing[name] != entry:
                    yield here.breaks(
                        "read-only", f"Property '{here.path}' is read-only and cannot be set."
                    )
            else:
                yield from member.resolve().check(entry, here, standing.get(name))
        for name, member in self.members.items():
            if member.required and value.get(name) is None:
                here = place.inside(name, self.name)
                yield here.breaks("missing", f"Required parameter '{here.path}' is missing (null).")

    def respell(self, value: Any) -> Any:
        """Names in their own spelling, and what they hold."""
        if not isinstance(value, dict):
            return value
        spelling = {name.lower(): name for name in self.members}
        respelled = {}
        for name, entry in value.items():
            known = spelling.get(str(name).lower(), str(name))
            member = self.members.get(known)
            respelled[known] = member.resolve().respell(entry) if member else entry
        return respelled


def record(type_name: str, /, **members: Shape | Member | Callable[[], Shape]) -> Record:
    """A Record; members are settable where nothing else is said of them."""
    return Record(
        type_name,
        {
            name: shape if isinstance(shape, Member) else Member(shape)
            for name, shape in members.items()
        },
    )


def read_only(shape: Shape | Callable[[], Shape] = ANY) -> Member:
    """A member that only the service sets."""
    return Member(shape, read_only=True)


def needed(shape: Shape) -> Member:
    """A member that a request has to have."""
    return Member(shape, required=True)
