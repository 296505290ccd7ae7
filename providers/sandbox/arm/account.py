"""Whose cloud it is: ids and secrets of one sandbox."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass

from providers.sandbox.arm.tokens import Tokens
from providers.sandbox.home import Home, write_private

SPACE = uuid.UUID("5a1db0c5-0000-4000-8000-000000000000")
FILE = "azure.json"
KEY_BYTES = 32


@dataclass(frozen=True)
class Account:
    """Ids that follow from the sandbox's own; the key that signs tokens; the secret that the
    managed identity's token endpoint asks for."""

    subscription: str
    tenant: str
    principal: str
    key: bytes
    header: str

    @property
    def tokens(self) -> Tokens:
        """What makes and checks access tokens."""
        return Tokens(self.tenant, self.principal, self.key)


def make_account(sandbox: str, key: bytes, header: str) -> Account:
    """The account of a sandbox."""
    subscription, tenant, principal = (
        str(uuid.uuid5(SPACE, f"{sandbox}/{what}"))
        for what in ("subscription", "tenant", "principal")
    )
    return Account(subscription, tenant, principal, key, header)


def account_of(home: Home) -> Account:
    """The account of the sandbox in a home: made at the first call, the same ever after."""
    file = home.folder / FILE
    if not file.exists():
        fresh = {"key": secrets.token_hex(KEY_BYTES), "header": secrets.token_hex(KEY_BYTES)}
        write_private(file, json.dumps(fresh))
    found = json.loads(file.read_text())
    return make_account(home.sandbox_id(), bytes.fromhex(found["key"]), found["header"])
