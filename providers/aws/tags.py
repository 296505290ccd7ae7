"""Our tags in EC2's spelling, and the check of ownership."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from providers.aws.errors import PROVIDER
from providers.contract.errors import ForeignResourceError
from providers.contract.types import TAG_ENVIRONMENT, TAG_PROJECT, Owner

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
    if all(found.get(key) == value for key, value in owner.tags.items()):
        return
    carried = ", ".join(f"{key}={found[key]}" for key in _OURS if key in found)
    raise ForeignResourceError(
        f"{what} belongs to {carried}" if carried else f"{what} does not carry Longshore's tags",
        provider=PROVIDER,
        operation=operation,
        advice=f"rename or remove {what} by hand if it is not needed, or tag it "
        + " ".join(f"{key}={value}" for key, value in owner.tags.items())
        + " to hand it over",
    )


_OURS: Sequence[str] = (TAG_PROJECT, TAG_ENVIRONMENT)
