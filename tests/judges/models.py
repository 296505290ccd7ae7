"""Holding a JSON document against a model of an Azure SDK.

The models of azure-mgmt-* are generated from the REST specifications: each knows its fields by
their names on the wire, their types, the words of its enumerations, and which fields only the
service sets. What they do not know is which fields there must be in an answer.
"""

from __future__ import annotations

import base64
import binascii
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from tests.judges.traffic import Json

OPEN = frozenset({"VirtualMachineSizeTypes"})
"""Enumerations that the service has outgrown: any word will do."""
SCALARS: Mapping[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a string"),
    bool: ((bool,), "a boolean"),
    int: ((int,), "an integer"),
    float: ((int, float), "a number"),
}
TIMES = (datetime, date, time, timedelta)


class Field(NamedTuple):
    """One field of a model."""

    annotation: Any
    read_only: bool


Found = Iterator[tuple[str, str]]
"""Places, and what is wrong there."""


@cache
def fields_of(model: type) -> Mapping[str, Field]:
    """A model's fields by their names on the wire."""
    model.__new__(model)  # the SDK fills its table when the first instance is made
    known: Any = model
    module = sys.modules[model.__module__]
    package = sys.modules[model.__module__.rpartition(".")[0]]
    hints = typing.get_type_hints(model, vars(module), {"_models": package})
    return {
        field._rest_name: Field(hints[name], field._visibility == ["read"])
        for name, field in known._attr_to_rest_field.items()
    }


def check(annotation: Any, value: Json, place: str, *, request: bool) -> Found:
    """Every place where the document is not what the annotation says."""
    origin = get_origin(annotation)
    if annotation is Any or annotation is object:
        return
    if origin in (Union, types.UnionType):
        yield from _check_union(get_args(annotation), value, place, request=request)
    elif origin is Literal:
        if value not in get_args(annotation):
            yield place, f"not one of {get_args(annotation)} but {value!r}"
    elif origin is list:
        if not isinstance(value, list):
            yield place, f"not a list but {value!r}"
            return
        for index, entry in enumerate(value):
            yield from check(get_args(annotation)[0], entry, f"{place}[{index}]", request=request)
    elif origin is dict:
        if not isinstance(value, dict):
            yield place, f"not an object but {value!r}"
            return
        for name, entry in value.items():
            yield from check(get_args(annotation)[1], entry, f"{place}.{name}", request=request)
    elif hasattr(annotation, "_attr_to_rest_field") or getattr(annotation, "_is_model", False):
        yield from _check_model(annotation, value, place, request=request)
    else:
        yield from _check_scalar(annotation, value, place)


def _check_union(options: tuple[Any, ...], value: Json, place: str, *, request: bool) -> Found:
    if value is None:
        if type(None) not in options:
            yield place, "null where it may not be"
        return
    words = [one for one in options if isinstance(one, type) and issubclass(one, Enum)]
    if words:
        if not isinstance(value, str):
            yield place, f"not a string but {value!r}"
        elif words[0].__name__ not in OPEN and value not in [one.value for one in words[0]]:
            yield place, f"not one of the words of {words[0].__name__} but {value!r}"
        return
    tried = [
        list(check(option, value, place, request=request))
        for option in options
        if option is not type(None)
    ]
    if tried and all(tried):
        yield from tried[0]


def _check_model(model: type, value: Json, place: str, *, request: bool) -> Found:
    if not isinstance(value, dict):
        yield place, f"not an object but {value!r}"
        return
    fields = fields_of(model)
    for name, entry in value.items():
        within = f"{place}.{name}"
        field = fields.get(name)
        if field is None:
            yield within, f"unknown field of {model.__name__}"
            continue
        if request and field.read_only and entry is not None:
            yield within, "only the service sets this field"
        yield from check(field.annotation, entry, within, request=request)


def _check_scalar(annotation: Any, value: Json, place: str) -> Found:
    if annotation in TIMES:
        if annotation is datetime and not _is_time(value):
            yield place, f"not a time but {value!r}"
        elif not isinstance(value, str):
            yield place, f"not a string but {value!r}"
        return
    if annotation is bytes:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError, TypeError):
            yield place, f"not base64 but {value!r}"
        return
    if annotation not in SCALARS:
        return
    kinds, words = SCALARS[annotation]
    fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if not fits:
        yield place, f"not {words} but {value!r}"


def _is_time(value: Json) -> bool:
    """RFC 3339; the service writes seven digits of a second, which Python 3.11 reads too."""
    if not isinstance(value, str) or "T" not in value:
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
