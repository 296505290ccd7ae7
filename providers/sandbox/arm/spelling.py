"""Canonical spelling of what a template says: deployments take names and words in any case."""

from __future__ import annotations

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.kind import Kind


def respell(kind: Kind | None, body: Document) -> Document:
    """The document as the type's own shape spells it."""
    if kind is None:
        return body
    found: Document = kind.shape.respell(body)
    return found
