"""Who the credentials say we are."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.contract.types import Identity

NAMES = ("upn", "unique_name", "preferred_username", "email", "app_displayname", "appid", "oid")
"""Claims of a token that name its owner, the ones that people can read first."""


def preflight(calls: Calls) -> Identity:
    """Get a token, and use it for one read. AuthError, with what to do, if either fails.

    The principal is read from the token's own claims; a token that shows none has no name.
    """
    token = calls.once(
        "getToken", "read", lambda: calls.clients.credential.get_token(calls.clients.scope).token
    )
    group = calls.group
    if group is not None:
        calls.read("resourceGroups.get", lambda: calls.clients.resources.resource_groups.get(group))
    else:
        calls.read(
            "providers.get", lambda: calls.clients.resources.providers.get("Microsoft.Compute")
        )
    return Identity(
        provider=PROVIDER,
        account=calls.clients.subscription,
        principal=principal_of(_claims(token)),
    )


def principal_of(claims: Mapping[str, object]) -> str:
    """The name that the claims give, or nothing."""
    for name in NAMES:
        found = claims.get(name)
        if isinstance(found, str) and found:
            return found
    return ""


def _claims(token: str) -> Mapping[str, object]:
    """The middle part of a JSON Web Token (RFC 7519). It is not verified: the token came from
    where it is made, and nothing but a name is taken from it."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
