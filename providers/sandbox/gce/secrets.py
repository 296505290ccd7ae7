"""What records of the traffic leave out: metadata may hold host keys, scripts and passwords."""

from __future__ import annotations

from providers.sandbox.rest.elide import elide_members
from providers.sandbox.rest.message import Json

SECRET = frozenset({"value", "variableValue", "contents"})


def elide(document: Json) -> Json:
    """The document with the length in place of the values of metadata items, guest attributes
    and consoles. Error details have no such members."""
    return elide_members(document, lambda name: name in SECRET)
