"""Records keep no secrets: what may hold one is replaced by its length."""

from __future__ import annotations

from collections.abc import Callable

from providers.sandbox.rest.message import Json


def placeholder(text: str) -> str:
    """What stands in the place of a secret; a string, as the secret was."""
    return f"<{len(text)} characters>"


def elide_members(document: Json, is_secret: Callable[[str], bool]) -> Json:
    """A copy of the document with a placeholder for every string that is the value of a member
    whose name `is_secret` takes for one, at any depth."""
    if isinstance(document, dict):
        return {
            name: placeholder(value)
            if isinstance(value, str) and is_secret(name)
            else elide_members(value, is_secret)
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [elide_members(entry, is_secret) for entry in document]
    return document
