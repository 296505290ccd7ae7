"""Our tags in EC2's spelling, and the check of ownership."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from providers.aws.errors import PROVIDER
from providers.contract import ownership
from providers.contract.types import Owner

if TYPE_CHECKING:
    from types_boto3_ec2.literals import ResourceTypeType
    from types_boto3_ec2.type_defs import (
        FilterTypeDef,
        TagSpecificationTypeDef,
        TagTypeDef,
    )


def to_aws(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Tags as the API takes them, in a fixed order: the same tags are the same bytes."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def from_aws(tags: Iterable[TagTypeDef]) -> dict[str, str]:
    """Tags of an answer as a mapping."""
    return {tag.get("Key", ""): tag.get("Value", "") for tag in tags}


def specification(kind: ResourceTypeType, tags: Mapping[str, str]) -> TagSpecificationTypeDef:
    """Tags for a create call."""
    return {"ResourceType": kind, "Tags": to_aws(tags)}


def owned_by(owner: Owner) -> list[FilterTypeDef]:
    """Filters that leave only what carries the owner's two tags."""
    return [where(f"tag:{key}", value) for key, value in owner.tags.items()]


def where(name: str, *values: str) -> FilterTypeDef:
    """One filter."""
    return {"Name": name, "Values": list(values)}


def check_owner(what: str, found: Mapping[str, str], owner: Owner, operation: str) -> None:
    """Raise ForeignResourceError unless `found` holds the owner's tags."""
    ownership.check_owner(what, found, owner, provider=PROVIDER, operation=operation)
