"""Ids, times and fingerprints as Compute Engine writes them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime, timedelta, timezone

from providers.sandbox.rest.message import Json

PACIFIC = timezone(timedelta(hours=-8))


def new_id() -> str:
    """An id for something new: 19 decimal digits."""
    return str(10**18 + secrets.randbelow(9 * 10**18 - 10**18))


def fixed_id(text: str) -> str:
    """An id for something that has always been there, the same in every sandbox."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return str(10**3 + number % 9000)


def now() -> str:
    """The time, as in `creationTimestamp`."""
    return datetime.now(PACIFIC).isoformat(timespec="milliseconds")


def fingerprint(document: Json) -> str:
    """Changes when, and only when, the document does."""
    text = json.dumps(document, sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:8]).decode()
