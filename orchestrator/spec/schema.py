"""JSON Schema of the project file and of the honoured part of Compose, for editors.

Generated from the same shapes that check the files (draft 2020-12).
"""

from __future__ import annotations

from orchestrator.spec.compose_shape import COMPOSE
from orchestrator.spec.project_shape import PROJECT
from orchestrator.spec.shape import Chosen, Either, Keys, ListOf, MapOf, Refused, Shape, Word

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_VARIABLE = {"type": "string", "pattern": r"\$"}
"""Any value may be a variable instead."""

Schema = dict[str, object]


def project_schema() -> Schema:
    """The schema of longshore.yaml."""
    return {"$schema": DRAFT, "title": "Longshore project file", **_schema(PROJECT)}


def compose_schema() -> Schema:
    """The schema of a Compose file that Longshore takes as a whole."""
    return {"$schema": DRAFT, "title": "Compose file, as Longshore reads it", **_schema(COMPOSE)}


def _schema(shape: Shape) -> Schema:
    if isinstance(shape, Word):
        return _word(shape)
    if isinstance(shape, ListOf):
        least: Schema = {"minItems": shape.least} if shape.least else {}
        return {"type": "array", "items": _schema(shape.item), **least}
    if isinstance(shape, MapOf):
        names: Schema = (
            {"propertyNames": {"pattern": f"^(?:x-.*|{shape.key.pattern})$"}} if shape.key else {}
        )
        return {"type": "object", "additionalProperties": _schema(shape.value), **names}
    if isinstance(shape, Keys):
        return _keys(shape)
    if isinstance(shape, Chosen):
        return _chosen(shape)
    if isinstance(shape, Refused):
        return {"not": {}}
    return _either(shape)


def _word(word: Word[object]) -> Schema:
    kind = word.schema.get("type")
    free = kind == "string" or (isinstance(kind, list) and "string" in kind)
    if free and "pattern" not in word.schema and "enum" not in word.schema:
        return {**word.schema}
    return {"anyOf": [{**word.schema}, _VARIABLE]}


def _keys(keys: Keys) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {
            name: {"description": key.doc, **_schema(key.shape)} for name, key in keys.known.items()
        },
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    required = [name for name, key in keys.known.items() if key.example]
    return {**schema, "required": required} if required else schema


def _chosen(shape: Chosen) -> Schema:
    schema = _keys(shape.otherwise)
    for word, keys in shape.kinds.items():
        this = {"properties": {shape.key: {"const": word}}, "required": [shape.key]}
        schema = {"if": this, "then": _keys(keys), "else": schema}
    return schema


def _either(shape: Either) -> Schema:
    forms = [
        _schema(form)
        for form in (shape.word, shape.items, shape.map)
        if form is not None and not isinstance(form, Refused)
    ]
    if shape.null:
        forms.append({"type": "null"})
    return forms[0] if len(forms) == 1 else {"anyOf": forms}
