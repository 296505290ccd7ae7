"""What the records of an exchange do not keep."""

from __future__ import annotations

from providers.sandbox.rest.elide import placeholder
from providers.sandbox.rest.message import Json

SECRET = frozenset(
    name.lower()
    for name in ("customData", "userData", "adminPassword", "keyData", "access_token", "signature")
)


def elide(document: Json, secret: bool = False) -> Json:
    """A copy with a placeholder for every text that is a secret, or inside of one: a template
    has its secure parameters one level deeper."""
    if isinstance(document, dict):
        return {
            name: elide(value, secret or name.lower() in SECRET) for name, value in document.items()
        }
    if isinstance(document, list):
        return [elide(entry, secret) for entry in document]
    if secret and isinstance(document, str):
        return placeholder(document)
    return document
