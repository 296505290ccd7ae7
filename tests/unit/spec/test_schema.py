"""The JSON Schemas say what the checker checks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.spec.compose_shape import SERVICE
from orchestrator.spec.project_shape import PROJECT, TARGET
from orchestrator.spec.schema import compose_schema, project_schema
from orchestrator.spec.server_shape import SERVER_TARGET

EXAMPLE = Path(__file__).parents[3] / "examples" / "hello"
SCHEMAS = {"longshore.yaml": project_schema, "compose.yaml": compose_schema}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def fits(value: object, schema: dict[str, Any]) -> bool:
    """The few keywords these schemas use; not a JSON Schema implementation."""
    if "if" in schema:
        return fits(value, schema["then" if fits(value, schema["if"]) else "else"])
    if "anyOf" in schema:
        return any(fits(value, form) for form in schema["anyOf"])
    if "not" in schema:
        return not fits(value, schema["not"])
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema:
        return value in schema["enum"]
    kinds = schema.get("type", list(TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(isinstance(value, TYPES[kind]) for kind in kinds):
        return False
    if isinstance(value, str) and "pattern" in schema:
        return re.search(schema["pattern"], value) is not None
    if isinstance(value, int) and not isinstance(value, bool):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    if isinstance(value, list):
        enough = len(value) >= schema.get("minItems", 0)
        return enough and all(fits(item, schema.get("items", {})) for item in value)
    return fits_object(value, schema) if isinstance(value, dict) else True


def fits_object(value: dict[str, object], schema: dict[str, Any]) -> bool:
    if not set(schema.get("required", ())) <= set(value):
        return False
    names = schema.get("propertyNames", {"pattern": ""})["pattern"]
    for name, item in value.items():
        if not re.search(names, name):
            return False
        if name.startswith("x-"):
            continue
        known = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
        if known is False or not fits(item, known):
            return False
    return True


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_examples_fit(name: str) -> None:
    assert fits(yaml.safe_load((EXAMPLE / name).read_text()), SCHEMAS[name]())


@pytest.mark.parametrize(
    ("change", "fitting"),
    [
        ({}, True),
        ({"x-note": 1}, True),
        ({"count": 3}, True),
        ({"count": "${COUNT}"}, True),
        ({"count": 101}, False),
        ({"count": "three"}, False),
        ({"coun": 3}, False),
        ({"os": "debian-21"}, False),
        ({"provider": ["aws", "gcp"], "region": ["us-east-1", "europe-west1"]}, True),
        ({"provider": []}, False),
        ({"size": "t3.small"}, True),
        ({"size": {"cpu": 2, "memory": "4GB"}}, False),
        ({"spot": "yes"}, False),
    ],
)
def test_a_target_fits_or_not(change: dict[str, object], fitting: bool) -> None:
    document = yaml.safe_load((EXAMPLE / "longshore.yaml").read_text())
    document["targets"]["us"].update(change)
    assert fits(document, project_schema()) is fitting


@pytest.mark.parametrize(
    ("change", "fitting"),
    [
        ({}, True),
        ({"hosts": ["192.0.2.10", {"address": "db.example.com", "port": 2222}]}, True),
        ({"hosts": []}, False),
        ({"hosts": [{"port": 22}]}, False),
        ({"jump": "admin@bastion.example.com:22"}, True),
        ({"region": "us-east-1"}, False),
        ({"size": "t3.small"}, False),
    ],
)
def test_a_target_of_servers_fits_or_not(change: dict[str, object], fitting: bool) -> None:
    servers = {"provider": "servers", "hosts": ["192.0.2.10"], **change}
    assert fits({"name": "shop", "target": servers}, project_schema()) is fitting


def test_required_keys() -> None:
    assert not fits({"targets": {}}, project_schema())
    assert not fits({"volumes": {}}, compose_schema())


def test_every_known_key_is_described() -> None:
    project: dict[str, Any] = project_schema()
    compose: dict[str, Any] = compose_schema()
    servers, cloud = (project["properties"]["target"][branch] for branch in ("then", "else"))
    target = cloud["properties"]
    service = compose["properties"]["services"]["additionalProperties"]["properties"]
    assert set(project["properties"]) == set(PROJECT.known)
    assert set(target) == set(TARGET.known)
    assert set(servers["properties"]) == set(SERVER_TARGET.known)
    assert set(service) == set(SERVICE.known)
    for properties in (project["properties"], target, servers["properties"], service):
        assert all(schema["description"] for schema in properties.values())


@pytest.mark.parametrize("schema", SCHEMAS.values())
def test_it_is_plain_json(schema: Any) -> None:
    document = schema()
    assert json.loads(json.dumps(document)) == document
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
