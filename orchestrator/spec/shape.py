"""The allowed shape of a file: which keys, which kinds of value, what each is for.

One description serves three readers: `check` finds every mistake with its position, `schema`
turns it into JSON Schema for editors, and the builders read values through the same words.
It works on nodes rather than on constructed data, so that no position is lost; and every
command loads the project, where importing pydantic and building a dozen models was measured
to cost more (120 ms) than importing this package and loading a project (70 ms).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from orchestrator.spec.tree import Findings, ListNode, MapNode, Node, Place, Scalar

T_co = TypeVar("T_co", covariant=True)
JsonSchema = Mapping[str, object]

MAX_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class Unfit(ValueError):
    """A single value that cannot be read: the message says what was expected."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True)
class Word(Generic[T_co]):
    """A single value. `read` returns it typed or raises Unfit."""

    expected: str
    read: Callable[[Scalar], T_co]
    schema: JsonSchema


@dataclass(frozen=True)
class ListOf:
    item: Shape
    expected: str
    least: int = 0


@dataclass(frozen=True)
class MapOf:
    """Names chosen by the user, each with a value of the same shape."""

    value: Shape
    expected: str
    key: re.Pattern[str] | None = None
    key_expected: str = ""


@dataclass(frozen=True)
class Key:
    """`example` also makes the key required: it is shown where the key is missing."""

    shape: Shape
    doc: str
    example: str = ""


@dataclass(frozen=True)
class Keys:
    """Known keys, and keys that are known but refused, each with its reason. `x-` is free.
    `misplaced` are keys of another kind of the same thing, each with why it has none here.
    `together`: the keys only make sense as a whole, so one mistake spoils all."""

    known: Mapping[str, Key]
    expected: str
    refused: Mapping[str, str] = field(default_factory=dict)
    together: bool = False
    misplaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """Mappings of several kinds: the word under `key` says which one it is."""

    key: str
    kinds: Mapping[str, Keys]
    otherwise: Keys

    def keys_of(self, node: Node) -> Keys:
        """The shape that this node has to have."""
        word = node.scalar(self.key) if isinstance(node, MapNode) else None
        return self.kinds.get(word.text, self.otherwise) if word else self.otherwise


@dataclass(frozen=True)
class Either:
    """At most one shape per YAML kind, so that it is always clear which was meant."""

    expected: str
    word: Word[object] | None = None
    items: ListOf | Refused | None = None
    map: MapOf | Keys | None = None
    null: bool = False


@dataclass(frozen=True)
class Refused:
    """A form that is understood but not honoured, with the reason."""

    reason: str


Shape = Refused | Word[object] | ListOf | MapOf | Keys | Chosen | Either


def describe(node: Node) -> str:
    """A value as a message shows it. What came from a variable is not shown: it may be
    secret."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    if node.interpolated:
        return f"the value of '{node.written}'"
    if node.value is None:
        return "nothing"
    if not isinstance(node.value, str):
        return node.text
    text = " ".join(node.text.split("\n"))
    return f"'{text}'" if len(text) <= MAX_SHOWN else f"'{text[:MAX_SHOWN]}…'"


def nearest(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """Advice for an unknown name: the nearest known one, or else all of them."""
    import difflib

    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known here: {', '.join(names)}" if names else ""


def check(node: Node, shape: Shape, findings: Findings) -> bool:
    """Add every way in which the node departs from the shape; True when there is none."""
    before = findings.count
    _check(node, shape, findings)
    return findings.count == before


def _check(node: Node, shape: Shape, findings: Findings) -> None:
    if isinstance(node, Scalar) and node.unresolved:
        return
    if isinstance(shape, Chosen):
        _check(node, shape.keys_of(node), findings)
    elif isinstance(shape, Refused):
        refuse(node.place, shape.reason, findings)
    elif isinstance(shape, Either):
        chosen = form_of(node, shape)
        if chosen is not None:
            _check(node, chosen, findings)
        elif not (shape.null and isinstance(node, Scalar) and node.value is None):
            _wrong_kind(node, shape.expected, findings)
    elif isinstance(shape, Word):
        if not isinstance(node, Scalar):
            _wrong_kind(node, shape.expected, findings)
            return
        try:
            shape.read(node)
        except Unfit as unfit:
            findings.add(node.place, str(unfit), unfit.advice)
    elif isinstance(shape, ListOf):
        if not isinstance(node, ListNode):
            _wrong_kind(node, shape.expected, findings)
            return
        if len(node.items) < shape.least:
            findings.add(node.place, f"expected {shape.expected}, not an empty list")
        for item in node.items:
            _check(item, shape.item, findings)
    elif not isinstance(node, MapNode):
        _wrong_kind(node, shape.expected, findings)
    elif isinstance(shape, MapOf):
        _check_names(node, shape, findings)
    else:
        _check_keys(node, shape, findings)


def form_of(node: Node, shape: Either) -> Shape | None:
    """The one shape that fits the YAML kind of the node; None when there is none."""
    if isinstance(node, ListNode):
        return shape.items
    if isinstance(node, MapNode):
        return shape.map
    return None if shape.null and node.value is None else shape.word


def _wrong_kind(node: Node, expected: str, findings: Findings) -> None:
    if isinstance(node, Scalar) and node.value is None:
        findings.add(
            node.place,
            f"expected {expected}, but nothing is written here",
            "remove the key or give it a value",
        )
    else:
        findings.add(node.place, f"expected {expected}, not {describe(node)}")


def _check_names(node: MapNode, shape: MapOf, findings: Findings) -> None:
    for name, entry in node.entries.items():
        if name.startswith("x-"):
            continue
        if shape.key is not None and not shape.key.fullmatch(name):
            findings.add(entry.key, f"the name '{name}' does not fit", shape.key_expected)
        _check(entry.value, shape.value, findings)


def _check_keys(node: MapNode, shape: Keys, findings: Findings) -> None:
    for name, entry in node.entries.items():
        if name in shape.known:
            _check(entry.value, shape.known[name].shape, findings)
        elif name in shape.refused:
            refuse(entry.key, shape.refused[name], findings)
        elif name in shape.misplaced:
            findings.add(entry.key, shape.misplaced[name], "remove the key")
        elif not name.startswith("x-"):
            findings.add(entry.key, "unknown key", nearest(name, shape.known))
    for name, key in shape.known.items():
        if key.example and name not in node.entries:
            findings.add(node.place, f"'{name}' is missing", f"add for example {key.example}")


def refuse(place: Place, reason: str, findings: Findings) -> None:
    """Note a key that is understood but not honoured, with the reason."""
    findings.add(place, f"not supported by this version: {reason}")
