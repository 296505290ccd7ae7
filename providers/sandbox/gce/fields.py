"""Partial answers: `fields=items(name,labels/app),nextPageToken`."""

from __future__ import annotations

import re

from providers.sandbox.gce.errors import invalid
from providers.sandbox.rest.message import Json

TOKEN = re.compile(r"[(),/]|[^(),/\s]+")
Mask = dict[str, "Mask"]
"""Member to the mask of what is in it; an empty mask takes everything."""


def apply_fields(document: Json, fields: str) -> Json:
    """The part of a document that `fields` asks for. Raises RestRefusal."""
    tokens = TOKEN.findall(fields)
    mask, end = _read(tokens, 0, fields)
    if end != len(tokens):
        raise bad_fields(fields)
    return _apply(document, mask)


def _read(tokens: list[str], position: int, whole: str) -> tuple[Mask, int]:
    mask: Mask = {}
    while True:
        position = _read_path(tokens, position, mask, whole)
        if position == len(tokens) or tokens[position] != ",":
            return mask, position
        position += 1


def _read_path(tokens: list[str], position: int, mask: Mask, whole: str) -> int:
    if position >= len(tokens) or tokens[position] in "(),/":
        raise bad_fields(whole)
    inner = mask.setdefault(tokens[position], {})
    position += 1
    if position < len(tokens) and tokens[position] == "/":
        return _read_path(tokens, position + 1, inner, whole)
    if position < len(tokens) and tokens[position] == "(":
        found, position = _read(tokens, position + 1, whole)
        if position >= len(tokens) or tokens[position] != ")":
            raise bad_fields(whole)
        inner.update(found)
        position += 1
    return position


def _apply(document: Json, mask: Mask) -> Json:
    if not mask:
        return document
    if isinstance(document, list):
        return [_apply(entry, mask) for entry in document]
    if not isinstance(document, dict):
        return document
    if "*" in mask:
        return {name: _apply(value, mask["*"]) for name, value in document.items()}
    return {name: _apply(value, mask[name]) for name, value in document.items() if name in mask}


def bad_fields(fields: str) -> Exception:
    """The cloud's answer to a mask that it cannot read."""
    return invalid("fields", fields, "Invalid field selection.")
