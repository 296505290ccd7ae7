"""Names that are decided here: deterministic, so that they are keys of their own.

A name on Compute Engine is `[a-z]([-a-z0-9]{0,61}[a-z0-9])?` (discovery document).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable

from providers.contract.types import Owner
from providers.gcp.errors import PROVIDER, invalid

_NAME = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
_PREFIX = "longshore-"
_READABLE = 31
"""Characters of a firewall's name that are for people; the rest tells names apart."""

_REQUESTS = uuid.UUID("6f0a3b1e-6a0e-5d0c-9a5f-0d8f5b8f7c11")
"""The namespace of our request ids, made once for this purpose."""

_PLACE = re.compile(r"(?P<place>[a-z0-9-]+)/(?P<name>[a-z0-9-]+)")


def machine_name(token: str) -> str:
    """The name of the machine of a token: the token where that is a name, else one made of it."""
    for name in (token, _PREFIX + token):
        if _NAME.fullmatch(name):
            return name
    return _PREFIX + hashlib.sha256(token.encode()).hexdigest()[:32]


def request_id(token: str, attempt: int) -> str:
    """The request id of the n-th try with a token. A try whose operation failed needs another:
    the first would be answered with the failed operation for an hour."""
    return str(uuid.uuid5(_REQUESTS, token if attempt == 0 else f"{token}/{attempt}"))


def network_tag(owner: Owner, target: str) -> str:
    """The network tag of a target's machines, and the start of its firewall rules' names. The
    digest keeps apart what reads alike (`a-b` + `c`, `a` + `b-c`)."""
    readable = f"{owner.prefix}-{target}"[:_READABLE]
    return f"{readable}-{digest((owner.project, owner.environment, target))}"


def digest(words: Iterable[str]) -> str:
    """Eight hexadecimal digits that stand for these words, in this order."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]


def located(place: str, name: str) -> str:
    """The id of a resource of a zone or region: `us-central1-a/name`."""
    return f"{place}/{name}"


def locate(id: str) -> tuple[str, str]:
    """Zone (or region) and name of such an id. Raises InvalidRequestError for another one."""
    match = _PLACE.fullmatch(id)
    if match is None:
        raise invalid(f"{id!r} is no {PROVIDER} id", "", "it looks like `us-central1-a/name`")
    return match["place"], match["name"]


def last(link: str) -> str:
    """The name at the end of a resource's URL."""
    return link.rpartition("/")[2]


def in_region(place: str, region: str) -> bool:
    """Whether a zone is of the region: `europe-west1-b` is, `europe-west12-a` is not."""
    return place.rpartition("-")[0] == region
