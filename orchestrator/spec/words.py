"""The plain kinds of single value: text, whole numbers, choices, yes or no, names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from orchestrator.spec.parse import core_value
from orchestrator.spec.shape import Unfit, Word, describe, nearest
from orchestrator.spec.tree import Scalar
from providers.contract.types import NAME

T = TypeVar("T")

NAME_RULE = "a name is a lower-case letter, then up to 19 lower-case letters, digits or dashes"


def unfit(expected: str, node: Scalar, advice: str = "") -> Unfit:
    """The usual complaint: what was expected, and what is there."""
    if node.value is None:
        return Unfit(
            f"expected {expected}, but nothing is written here",
            advice or "remove the key or give it a value",
        )
    return Unfit(f"expected {expected}, not {describe(node)}", advice)


def text(expected: str = "text", pattern: str = "", advice: str = "") -> Word[str]:
    """Text, optionally of one form. A bare number or boolean is not text."""
    compiled = re.compile(pattern) if pattern else None

    def read(node: Scalar) -> str:
        if not isinstance(node.value, str):
            quote = "" if node.value is None else f'put it in quotes: "{node.text}"'
            raise unfit(expected, node, quote)
        if compiled is not None and not compiled.fullmatch(node.text):
            raise unfit(expected, node, advice)
        if compiled is None and not node.text:
            raise unfit(expected, node)
        return node.text

    schema: dict[str, object] = {"type": "string"}
    if pattern:
        schema["pattern"] = f"^(?:{pattern})$"
    return Word(expected, read, schema)


def name(what: str) -> Word[str]:
    """A name that fits into labels and resource names on every cloud."""
    return text(what, NAME.pattern, NAME_RULE)


def written(expected: str = "a single value") -> Word[str]:
    """Any single value as it is written: 1.10 stays 1.10. Null reads as empty."""
    return Word(
        expected,
        lambda node: "" if node.value is None else node.text,
        {"type": ["string", "number", "boolean", "null"]},
    )


def whole(expected: str, least: int, most: int, *, loose: bool = False) -> Word[int]:
    """A whole number. `loose` also takes it in quotes, as the Compose Specification does."""
    within = f"{expected} from {least} to {most}"

    def read(node: Scalar) -> int:
        value = core_value(node.text) if loose or node.interpolated else node.value
        if isinstance(value, bool) or not isinstance(value, int):
            quoted = isinstance(node.value, str) and isinstance(core_value(node.text), int)
            raise unfit(within, node, "remove the quotes" if quoted else "")
        if not least <= value <= most:
            raise unfit(within, node)
        return value

    kind: object = ["integer", "string"] if loose else "integer"
    return Word(within, read, {"type": kind, "minimum": least, "maximum": most})


def flag() -> Word[bool]:
    """true or false; YAML 1.2 knows no yes, no, on or off."""

    def read(node: Scalar) -> bool:
        value = core_value(node.text) if node.interpolated else node.value
        if not isinstance(value, bool):
            raise unfit("true or false", node)
        return value

    return Word("true or false", read, {"type": "boolean"})


def choice(*options: str, expected: str = "") -> Word[str]:
    """One of a few words."""
    described = expected or f"one of {', '.join(options)}"

    def read(node: Scalar) -> str:
        if node.text in options and node.value is not None:
            return node.text
        advice = nearest(node.text, options) if isinstance(node.value, str) else ""
        raise unfit(described, node, advice if advice.startswith("did") else "")

    return Word(described, read, {"enum": list(options)})


def parsed(
    expected: str, parse: Callable[[str], T], *, numbers: bool = False, pattern: str = ""
) -> Word[T]:
    """Text that `parse` turns into a value; it raises Unfit. `numbers` allows bare ones."""

    def read(node: Scalar) -> T:
        bare = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if not isinstance(node.value, str) and not (numbers and bare):
            raise unfit(expected, node)
        try:
            return parse(node.text)
        except Unfit as error:
            if node.interpolated:  # nothing of a variable's value may reach a message
                raise unfit(expected, node) from None
            if str(error):
                raise
            raise unfit(expected, node, error.advice) from None

    schema: dict[str, object] = {"type": ["string", "number"] if numbers else "string"}
    if pattern:
        schema["pattern"] = f"^(?:{pattern})$"
    return Word(expected, read, schema)
