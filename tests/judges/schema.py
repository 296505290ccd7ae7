"""Holding a JSON document against a schema of a Google discovery document."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.judges.traffic import Json

Schema = Mapping[str, Any]
RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
OUTPUT_ONLY = re.compile(r"\[ ?Output[- ]Only ?\]", re.IGNORECASE)


@dataclass(frozen=True)
class Checker:
    """Checks documents of one method. In a request, fields that only answers have are wrong,
    and those that the method requires must be there."""

    schemas: Mapping[str, Schema]
    method: str
    is_request: bool

    def check(self, schema: Schema, value: Json, place: str) -> Iterator[tuple[str, str]]:
        """Every place where the document is not what the schema says, with what is wrong."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type", "object")
        if kind == "any":
            return
        if kind == "object":
            yield from self._check_object(schema, value, place)
        elif kind == "array":
            if not isinstance(value, list):
                yield place, f"not a list but {value!r}"
                return
            for index, entry in enumerate(value):
                yield from self.check(schema["items"], entry, f"{place}[{index}]")
        else:
            wrong = check_scalar(schema, kind, value)
            if wrong:
                yield place, wrong

    def _check_object(self, schema: Schema, value: Json, place: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            yield place, f"not an object but {value!r}"
            return
        properties = schema.get("properties", {})
        for name, entry in value.items():
            within = f"{place}.{name}"
            if name in properties:
                if self.is_request and is_output_only(properties[name]):
                    yield within, "only answers have this field"
                yield from self.check(properties[name], entry, within)
            elif "additionalProperties" in schema:
                yield from self.check(schema["additionalProperties"], entry, within)
            else:
                yield within, "unknown field"
        if self.is_request:
            for name, own in properties.items():
                required = own.get("annotations", {}).get("required", ())
                if self.method in required and name not in value:
                    yield f"{place}.{name}", "required field is missing"


def is_output_only(schema: Schema) -> bool:
    """Whether the description says so; the document has no other word for it."""
    return bool(schema.get("readOnly")) or bool(
        OUTPUT_ONLY.match(schema.get("description", "").lstrip())
    )


def check_scalar(schema: Schema, kind: str, value: Json) -> str:
    """What is wrong with a value that is neither object nor list; empty for nothing."""
    format_ = schema.get("format", "")
    if kind == "boolean":
        return "" if isinstance(value, bool) else f"not a boolean but {value!r}"
    if kind == "number":
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if fits else f"not a number but {value!r}"
    if kind == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            return f"not an integer but {value!r}"
        return _check_range(format_, value)
    if not isinstance(value, str):
        return f"not a string but {value!r}"
    return _check_string(schema, format_, value)


def _check_string(schema: Schema, format_: str, value: str) -> str:
    if format_ in RANGES:
        if not re.fullmatch(r"-?\d+", value):
            return f"not a number in a string but {value!r}"
        return _check_range(format_, int(value))
    if format_ == "byte":
        try:
            base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            return f"not base64 but {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"not one of the words it may be but {value!r}"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return f"does not match {schema['pattern']}: {value!r}"
    return ""


def _check_range(format_: str, number: int) -> str:
    lowest, highest = RANGES.get(format_, (number, number))
    return "" if lowest <= number <= highest else f"out of the range of {format_}: {number}"
