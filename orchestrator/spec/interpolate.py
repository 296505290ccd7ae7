"""`${VARIABLE}` as the Compose Specification has it.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from orchestrator.spec.tree import Entry, Findings, ListNode, MapNode, Node, Scalar

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_DOLLAR = "for a plain dollar sign write $$"


class InterpolationError(ValueError):
    """The template cannot be expanded: the message says why, `advice` what to do."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True)
class Variables:
    """What `${...}` may name: the deployer's variables (`environ` wins over `dotenv`), then
    Longshore's own, which are no secrets."""

    environ: Mapping[str, str] = field(repr=False)
    dotenv: Mapping[str, str] = field(default_factory=dict, repr=False)
    own: Mapping[str, str] = field(default_factory=dict)

    def theirs(self, name: str) -> str | None:
        """The deployer's value, or None when it is not set."""
        return self.environ.get(name, self.dotenv.get(name))

    def get(self, name: str) -> str | None:
        value = self.theirs(name)
        return self.own.get(name) if value is None else value


@dataclass(frozen=True)
class Expansion:
    """`inserted` holds the deployer's values that went into the text."""

    text: str = field(repr=False)
    inserted: frozenset[str] = field(default=frozenset(), repr=False)


def expand(template: str, variables: Variables) -> Expansion:
    """Replace every variable. Raises InterpolationError for a malformed expression, an unset
    variable without a default, and `${NAME:?reason}`."""
    if "$" not in template:
        return Expansion(template)
    out: list[str] = []
    inserted: set[str] = set()
    position = 0
    while (dollar := template.find("$", position)) >= 0:
        out.append(template[position:dollar])
        following = template[dollar + 1 : dollar + 2]
        if following == "$":
            out.append("$")
            position = dollar + 2
            continue
        if following == "{":
            end = _closing_brace(template, dollar + 2)
            part = _braced(template[dollar + 2 : end], variables)
            position = end + 1
        elif name := _NAME.match(template, dollar + 1):
            part = _plain(name.group(), variables)
            position = name.end()
        else:
            raise InterpolationError("a '$' that starts no variable", _DOLLAR)
        out.append(part.text)
        inserted |= part.inserted
    out.append(template[position:])
    return Expansion("".join(out), frozenset(inserted))


def _closing_brace(template: str, start: int) -> int:
    depth = 1
    for index in range(start, len(template)):
        if template[index] == "}":
            depth -= 1
            if depth == 0:
                return index
        elif template[index] == "{" and template[index - 1] == "$":
            depth += 1
    raise InterpolationError("'${' without its closing '}'", f"close it, or {_DOLLAR}")


def _plain(name: str, variables: Variables) -> Expansion:
    value = variables.get(name)
    if value is None:
        raise InterpolationError(
            f"the variable {name} is not set",
            f"set it in the environment or in .env, or give it a default: ${{{name}:-value}}",
        )
    return _taken(name, value, variables)


def _taken(name: str, value: str, variables: Variables) -> Expansion:
    ours = variables.theirs(name) is None
    return Expansion(value, frozenset() if ours else frozenset({value}))


def _braced(body: str, variables: Variables) -> Expansion:
    match = _NAME.match(body)
    if not match:
        raise InterpolationError(f"'${{{body}}}' names no variable", _DOLLAR)
    name, rest = match.group(), body[match.end() :]
    if not rest:
        return _plain(name, variables)
    operator = next((op for op in _OPERATORS if rest.startswith(op)), None)
    if operator is None:
        raise InterpolationError(
            f"'${{{body}}}' is not a form of interpolation",
            "the forms are ${NAME}, ${NAME:-default}, ${NAME:?message} and ${NAME:+value}",
        )
    word = rest[len(operator) :]
    value = variables.get(name)
    present = value is not None and (value != "" or not operator.startswith(":"))
    if operator.endswith("+"):
        return expand(word, variables) if present else Expansion("")
    if present and value is not None:
        return _taken(name, value, variables)
    if operator.endswith("-"):
        return expand(word, variables)
    state = "is empty" if value == "" else "is not set"
    reason = expand(word, variables).text if word else ""
    raise InterpolationError(
        f"the variable {name} {state}" + (f": {reason}" if reason else ""),
        "set it in the environment or in .env",
    )


def interpolate(node: Node, variables: Variables, findings: Findings | None) -> Node:
    """The tree with every value expanded; keys and `x-` sections stay as they are. With no
    `findings`, what cannot be expanded is left and marked unresolved."""
    if isinstance(node, Scalar):
        return _scalar(node, variables, findings)
    if isinstance(node, ListNode):
        return replace(
            node, items=tuple(interpolate(item, variables, findings) for item in node.items)
        )
    entries = {
        key: entry
        if key.startswith("x-")
        else Entry(entry.key, interpolate(entry.value, variables, findings))
        for key, entry in node.entries.items()
    }
    return MapNode(node.place, entries)


def _scalar(node: Scalar, variables: Variables, findings: Findings | None) -> Scalar:
    if not isinstance(node.value, str) or "$" not in node.text:
        return node
    try:
        expansion = expand(node.text, variables)
    except InterpolationError as error:
        if findings is not None:
            findings.add(node.place, str(error), error.advice)
        return replace(node, unresolved=True)
    return replace(node, value=expansion.text, text=expansion.text, inserted=expansion.inserted)
