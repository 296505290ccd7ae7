"""JSON as the rooms of this package hand it about.

What arrives has passed a shape before anybody reads it, so that reading it needs no further
questions.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def at(document: Any, *path: str) -> Any:
    """The member at a path of names; None where something on the way is missing."""
    for name in path:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def without_nulls(document: Any) -> Any:
    """A copy in which members that are null are not there: ARM takes the two for the same."""
    if isinstance(document, dict):
        return {name: without_nulls(value) for name, value in document.items() if value is not None}
    if isinstance(document, list):
        return [without_nulls(entry) for entry in document]
    return document


def merge(into: Document, changes: Document) -> Document:
    """JSON merge patch (RFC 7396), which is what ARM's PATCH does. A new document."""
    merged = dict(into)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            old = merged.get(name)
            merged[name] = merge(old if isinstance(old, dict) else {}, value)
        else:
            merged[name] = value
    return merged
