"""The tables of request bodies say what Google's own description of the API says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from providers.sandbox.gce.bodies import BODIES
from providers.sandbox.gce.schema import Bytes, Flag, Kind, Many, Mapped, Record, Text, Whole

DOCUMENT = (
    Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "compute.v1.json"
)


@cache
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())["schemas"]
    return found


def differences(kind: Kind, told: dict[str, Any], place: str) -> list[str]:
    if "$ref" in told:
        told = schemas()[told["$ref"]]
    if isinstance(kind, Record):
        properties = told.get("properties", {})
        found = [f"{place}.{name}: unknown" for name in kind.fields if name not in properties]
        for name, own in properties.items():
            only_answers = "[Output Only]" in own.get("description", "")
            if (name in kind.output) and not only_answers:
                found.append(f"{place}.{name}: requests have it")
            if name in kind.fields:
                if only_answers:
                    found.append(f"{place}.{name}: only answers have it")
                found += differences(kind.fields[name], own, f"{place}.{name}")
        return found + [f"{place}.{n}: unknown" for n in kind.output if n not in properties]
    if isinstance(kind, Many):
        right = told["type"] == "array"
        return differences(kind.of, told["items"], f"{place}[]") if right else [f"{place}: list"]
    if isinstance(kind, Mapped):
        return differences(kind.of, told["additionalProperties"], f"{place}{{}}")
    if isinstance(kind, Whole):
        right = told.get("format") == ("int64" if kind.wide else "int32")
    elif isinstance(kind, Bytes):
        right = told.get("format") == "byte"
    elif isinstance(kind, Flag):
        right = told["type"] == "boolean"
    else:
        assert isinstance(kind, Text)
        right = (
            told["type"] == "string"
            and set(kind.choices) <= set(told.get("enum", kind.choices))
            and (not kind.choices or set(kind.choices) == set(told["enum"]))
            and (not told.get("enum") or bool(kind.choices))
        )
    return [] if right else [f"{place}: {told}"]


@pytest.mark.parametrize("name", sorted(BODIES))
def test_a_table_is_what_the_discovery_document_says(name: str) -> None:
    assert differences(BODIES[name], {"$ref": name}, name) == []
