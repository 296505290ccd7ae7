"""ClientToken: the same token and the same request give the same reservation.

EC2 developer guide, "Ensuring idempotency": the same token with other parameters is answered
with IdempotentParameterMismatch.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field


def fingerprint(*parts: object) -> str:
    """A digest of everything that a request asks for."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@dataclass
class TokenBook:
    """Reservations by (region, token). The caller holds the API's lock."""

    _entries: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def find(self, region: str, token: str, request: str) -> str | None:
        """The reservation of an equal earlier request, None when there was none. Raises
        ValueError when the token came with another request."""
        entry = self._entries.get((region, token))
        if entry is None:
            return None
        if entry[0] != request:
            raise ValueError(token)
        return entry[1]

    def remember(self, region: str, token: str, request: str, reservation: str) -> None:
        """Keep what a request made."""
        self._entries[region, token] = (request, reservation)
