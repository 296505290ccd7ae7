"""What a request body may hold, and checking one: unknown names, wrong types and fields that
only answers have are refused, as the cloud's own JSON parser refuses them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from providers.sandbox.gce.errors import invalid, unknown_name, wrong_type
from providers.sandbox.rest.message import Json

INT32 = 2**31
INT64 = 2**63


@dataclass(frozen=True)
class Text:
    """A string; of `choices` where there are some."""

    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Bytes:
    """Bytes in base64."""


@dataclass(frozen=True)
class Whole:
    """An integer; 64 bits travel as a string."""

    wide: bool = False


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class Many:
    """A list."""

    of: Kind


@dataclass(frozen=True)
class Mapped:
    """An object with names of the caller's."""

    of: Kind


@dataclass(frozen=True)
class Record:
    """An object. `output` are the names that only answers have."""

    fields: Mapping[str, Kind]
    output: frozenset[str] = frozenset()


Kind = Text | Bytes | Whole | Flag | Many | Mapped | Record


def record(output: str = "", /, **fields: Kind) -> Record:
    """A Record; `output` are names with blanks between them."""
    return Record(fields, frozenset(output.split()))


def check(kind: Kind, value: Json, place: str) -> Json:
    """The value in its canonical form: 64-bit integers as strings, null members left out.
    Raises RestRefusal where it is not of that kind."""
    if isinstance(kind, Record):
        return _check_record(kind, value, place)
    if isinstance(kind, Many):
        if not isinstance(value, list):
            raise wrong_type(place, "repeated field", value)
        return [check(kind.of, entry, f"{place}[{index}]") for index, entry in enumerate(value)]
    if isinstance(kind, Mapped):
        if not isinstance(value, dict):
            raise wrong_type(place, "map", value)
        return {name: check(kind.of, entry, f"{place}.{name}") for name, entry in value.items()}
    return _check_scalar(kind, value, place)


def _check_record(kind: Record, value: Json, place: str) -> Json:
    if not isinstance(value, dict):
        raise wrong_type(place, "object", value)
    checked: dict[str, Json] = {}
    for name, entry in value.items():
        within = f"{place}.{name}"
        if name in kind.output:
            raise invalid(within, entry, "The field is output only.")
        if name not in kind.fields:
            raise unknown_name(name, place)
        if entry is not None:
            checked[name] = check(kind.fields[name], entry, within)
    return checked


def _check_scalar(kind: Text | Bytes | Whole | Flag, value: Json, place: str) -> Json:
    if isinstance(kind, Flag):
        if not isinstance(value, bool):
            raise wrong_type(place, "TYPE_BOOL", value)
        return value
    if isinstance(kind, Whole):
        return _check_whole(kind, value, place)
    if not isinstance(value, str):
        raise wrong_type(place, "TYPE_STRING", value)
    if isinstance(kind, Bytes):
        try:
            # Both alphabets of base64 are right.
            base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            raise wrong_type(place, "TYPE_BYTES", value) from None
        return value
    if kind.choices and value not in kind.choices:
        raise invalid(place, value, f"Must be one of: {', '.join(kind.choices)}.")
    if kind.pattern and not re.fullmatch(kind.pattern, value):
        raise invalid(place, value, f"Must be a match of regex '{kind.pattern}'")
    return value


def _check_whole(kind: Whole, value: Json, place: str) -> Json:
    name, limit = ("TYPE_INT64", INT64) if kind.wide else ("TYPE_INT32", INT32)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise wrong_type(place, name, value)
    try:
        number = int(value)
    except ValueError:
        raise wrong_type(place, name, value) from None
    if not -limit <= number < limit:
        raise wrong_type(place, name, value)
    return str(number) if kind.wide else number
