"""What a machine is told of its instance: user data for cloud-init, metadata for the guest
agent."""

from __future__ import annotations

import base64
import binascii

from providers.sandbox.gce.call import Document, part, parts, text
from providers.sandbox.gce.cloud import Origin
from providers.sandbox.gce.links import Link
from providers.sandbox.machine import Seed


def guest_metadata(link: Link, items: dict[str, str]) -> dict[str, str]:
    """What the guest agent sees: the instance's own items, and its host name."""
    zone = link.scope.partition("/")[2]
    return {**items, "hostname": f"{link.name}.{zone}.c.{link.project}.internal"}


def metadata_items(instance: Document) -> dict[str, str]:
    """The items of an instance's metadata."""
    items = parts(part(instance, "metadata"), "items")
    return {text(item, "key"): text(item, "value") for item in items}


def make_seed(link: Link, origin: Origin, items: dict[str, str]) -> Seed:
    """What the machine is told: cloud-init takes `user-data`, the guest agent everything."""
    if origin.channel == "guest-agent":
        return Seed(link.name, "", b"", metadata=guest_metadata(link, items))
    keys = items.get("ssh-keys", "").strip().splitlines()
    public_key = keys[0].partition(":")[2] if keys else ""
    return Seed(link.name, public_key, user_data(items))


def user_data(items: dict[str, str]) -> bytes:
    """The user data as cloud-init's datasource for Compute Engine reads them."""
    given = items.get("user-data", "")
    if items.get("user-data-encoding") == "base64":
        try:
            return base64.b64decode(given)
        except binascii.Error:
            return b""
    return given.encode()
