"""Which subscription, and which cloud of Azure's an endpoint belongs to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from providers.azure.errors import PROVIDER
from providers.contract.errors import AuthError, InvalidRequestError
from providers.contract.types import ProviderSettings

PUBLIC = "https://management.azure.com"
SCOPES: Mapping[str, str] = {
    "management.chinacloudapi.cn": "https://management.chinacloudapi.cn/.default",
    "management.usgovcloudapi.net": "https://management.usgovcloudapi.net/.default",
}
"""What a token is for, where that is not the public cloud's manager. A private endpoint is a
way to the public cloud, so its tokens are for the public cloud."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PROFILE = "azureProfile.json"
"""Where `az login` and `az account set` keep the subscriptions, the default one marked."""


def find_subscription(settings: ProviderSettings) -> str:
    """The id from the settings, AZURE_SUBSCRIPTION_ID, or the `az` command line's default.

    Raises AuthError when there is none.
    """
    found = (
        settings.subscription or os.environ.get("AZURE_SUBSCRIPTION_ID") or _command_line_default()
    )
    if found:
        return found
    raise AuthError(
        "no subscription is named",
        provider=PROVIDER,
        advice="set `subscription` in the provider settings or AZURE_SUBSCRIPTION_ID, or choose "
        "one with `az account set --subscription NAME`",
    )


def _command_line_default() -> str | None:
    folder = os.environ.get("AZURE_CONFIG_DIR")
    path = (Path(folder) if folder else Path("~/.azure").expanduser()) / PROFILE
    try:
        # The command line writes a byte order mark.
        listed = json.loads(path.read_text("utf-8-sig")).get("subscriptions", [])
    except (OSError, ValueError, AttributeError):
        return None
    for one in listed:
        if isinstance(one, dict) and one.get("isDefault") and isinstance(one.get("id"), str):
            return str(one["id"])
    return None


def endpoint_of(settings: ProviderSettings) -> str:
    """Where to send requests. Raises InvalidRequestError for what is no https address: only
    to this machine itself a token may go in clear."""
    endpoint = (settings.endpoint or PUBLIC).rstrip("/")
    parts = urlsplit(endpoint)
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not plain):
        raise InvalidRequestError(
            f"{settings.endpoint!r} is not an https address",
            provider=PROVIDER,
            advice="check `endpoint` in the provider settings",
        )
    return endpoint


def scope_of(endpoint: str) -> str:
    """What a token for that endpoint has to be for."""
    return SCOPES.get(urlsplit(endpoint).hostname or "", f"{PUBLIC}/.default")
