"""Access tokens: made by the sandbox's managed identity, checked by its ARM.

They look like Entra ID's (JSON web tokens whose claims name tenant and object), because the
Azure command line reads them; they are signed with a key that stays in the sandbox's folder.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Literal

LIFE = 24 * 3600  # seconds, as for managed identities
Verdict = Literal["good", "expired", "invalid"]


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Tokens:
    """Makes and checks tokens of one tenant."""

    tenant: str
    principal: str
    key: bytes

    def issue(self, resource: str, life: int = LIFE) -> tuple[str, int]:
        """A token for a resource, and when it expires (Unix time)."""
        start = int(time.time())
        header = {"typ": "JWT", "alg": "HS256"}
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": start,
            "nbf": start,
            "exp": start + life,
            "appid": self.principal,
            "idtyp": "app",
            "oid": self.principal,
            "sub": self.principal,
            "tid": self.tenant,
            "ver": "1.0",
        }
        body = ".".join(_pack(json.dumps(part).encode()) for part in (header, claims))
        return f"{body}.{self._sign(body)}", start + life

    def judge(self, token: str) -> Verdict:
        """Whether a token is one of ours and still good."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._sign(body)):
            return "invalid"
        claims = json.loads(_unpack(body.partition(".")[2]))
        return "good" if claims["exp"] > time.time() else "expired"

    def seal(self, text: str) -> str:
        """A signature over a text, for links that carry their own permission."""
        return self._sign(text)

    def _sign(self, text: str) -> str:
        return _pack(hmac.new(self.key, text.encode(), hashlib.sha256).digest())
