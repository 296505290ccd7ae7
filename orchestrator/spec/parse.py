"""YAML text to nodes: YAML 1.2 scalars, merge keys, no duplicate keys.

YAML 1.1, PyYAML's default, reads `no` as false and `22:22` as 1342; the Compose
Specification is YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), so the resolvers
are replaced by the core schema's.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from orchestrator.spec.tree import Entry, Findings, ListNode, MapNode, Node, Place, Scalar

MAX_NODES = 100_000
"""Aliases can multiply ("billion laughs"); no real project comes near this."""

_INT, _FLOAT, _BOOL, _NULL, _STR, _MERGE = (
    f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null", "str", "merge")
)
_COLLECTIONS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_CORE_SCHEMA = (
    (_NULL, re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (_BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    (_INT, re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"), list("-+0123456789")),
    (
        _FLOAT,
        re.compile(
            r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        list("-+.0123456789"),
    ),
    (_MERGE, re.compile(r"<<$"), ["<"]),
)
_FAST: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)


class _Loader(_FAST):  # type: ignore[misc, valid-type]
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class _PureLoader(yaml.SafeLoader):
    """Words syntax errors the same way whether or not libyaml is there."""


for _tag, _pattern, _first in _CORE_SCHEMA:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)


def parse(text: str, file: Path, findings: Findings) -> Node | None:
    """The document as nodes; None when it is not YAML (the reason is in `findings`)."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
    except yaml.YAMLError:
        _note_syntax_error(text, file, findings)
        return None
    finally:
        loader.dispose()
    if root is None:
        findings.add(Place(file, 1, 1, ""), "the file is empty")
        return None
    return _Converter(file, findings).convert(root, "")


def core_value(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means in the YAML 1.2 core schema."""
    for tag, pattern, _ in _CORE_SCHEMA:
        if pattern.match(text):
            return _construct(tag, text)
    return text


def _construct(tag: str, text: str) -> str | int | float | bool | None:
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return text.lower() == "true"
    if tag == _INT:
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text if base != 8 else text[2:], base)
    if tag == _FLOAT:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _note_syntax_error(text: str, file: Path, findings: Findings) -> None:
    try:
        yaml.compose(text, Loader=_PureLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = error.problem or error.context or "cannot be read"
        advice = "indent with spaces" if "\\t" in what else ""
        findings.add(Place(file, line, column, ""), f"not valid YAML: {what}", advice)
    except yaml.YAMLError as error:
        findings.add(Place(file, 1, 1, ""), f"not valid YAML: {str(error).splitlines()[0]}")
    else:
        findings.add(Place(file, 1, 1, ""), "not valid YAML")


class _Converter:
    def __init__(self, file: Path, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._open: set[int] = set()
        self._count = 0

    def convert(self, node: yaml.Node, path: str) -> Node:
        place = self._place(node, path)
        self._count += 1
        if id(node) in self._open or self._count > MAX_NODES:
            if self._count <= MAX_NODES + 1:
                why = "refers to itself" if id(node) in self._open else "is far too large"
                self._findings.add(place, f"this alias {why}")
            return Scalar(place, None, "", "", unresolved=True)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if node.tag not in _COLLECTIONS:
            self._unknown_tag(place, node.tag)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                items = (self.convert(item, f"{path}[{i}]") for i, item in enumerate(node.value))
                return ListNode(place, tuple(items))
            if isinstance(node, yaml.MappingNode):
                return MapNode(place, self._entries(node, path))
            raise TypeError(f"PyYAML has no node kind {type(node).__name__}")
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Scalar:
        tag, text, plain = node.tag, node.value, not node.style
        if tag in (_INT, _FLOAT, _BOOL, _NULL) and not plain:
            return Scalar(place, core_value(text), text, text, plain)  # !!int "5"
        if tag not in (_INT, _FLOAT, _BOOL, _NULL, _STR, _MERGE, "!"):
            self._unknown_tag(place, tag)
        return Scalar(place, _construct(tag, text), text, text, plain)

    def _unknown_tag(self, place: Place, tag: str) -> None:
        self._findings.add(place, f"the YAML tag {tag} is not supported", "remove the tag")

    def _entries(self, node: yaml.MappingNode, path: str) -> dict[str, Entry]:
        """Merged keys first, then the mapping's own, which win."""
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._findings.add(self._place(key, path), "a key must be a single value")
                continue
            if key.tag == _MERGE:
                self._merge(value, path, merged)
                continue
            place = self._place(key, f"{path}.{key.value}" if path else key.value)
            if key.value in own:
                first = own[key.value].key.line
                self._findings.add(
                    place, f"the key is here twice (first on line {first})", "remove one of them"
                )
                continue
            own[key.value] = Entry(place, self.convert(value, place.path))
        return {**merged, **own}

    def _merge(self, value: yaml.Node, path: str, into: dict[str, Entry]) -> None:
        sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for source in sources:
            if not isinstance(source, yaml.MappingNode) or id(source) in self._open:
                self._findings.add(
                    self._place(source, path), "'<<' merges mappings only", "name an anchor: *name"
                )
                continue
            for name, entry in self._entries(source, path).items():
                into.setdefault(name, entry)

    def _place(self, node: yaml.Node, path: str) -> Place:
        mark = node.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1, path)
