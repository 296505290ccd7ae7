"""The names that we give. All follow from the owner, the region or the token alone, so that
making a thing twice is making it once."""

from __future__ import annotations

import hashlib

from providers.contract.types import Owner

LONGEST = 64
"""Characters: what a virtual network may have; groups and security groups may have more."""


def group_name(owner: Owner, region: str) -> str:
    """`longshore-<project>-<environment>-<region>`: the group of one deployment."""
    return f"{owner.prefix}-{region}"


def network_name(owner: Owner, region: str) -> str:
    """The virtual network's name: one a deployment, shared by its targets."""
    return _fitting(f"{owner.prefix}-{region}")


def firewall_name(owner: Owner, region: str, target: str) -> str:
    """The security group's name: one a target. The region is part of it since a group that
    the settings name may hold several."""
    return _fitting(f"{owner.prefix}-{region}-{target}")


SUBNET = "machines"


def machine_name(token: str) -> str:
    """The VM's name is its token: Azure's own key to making it once."""
    return token


def interface_name(token: str) -> str:
    return f"{token}-nic"


def address_name(token: str) -> str:
    return f"{token}-ip"


def disk_name(token: str) -> str:
    return f"{token}-os"


def _fitting(name: str) -> str:
    """The name, or, where it is too long, its beginning and a digest of the whole."""
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: LONGEST - 11].rstrip('-')}-{digest}"
