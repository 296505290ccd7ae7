"""The check of ownership: what does not carry our tags is never changed."""

from __future__ import annotations

from collections.abc import Mapping

from providers.contract.errors import ForeignResourceError
from providers.contract.types import Owner


def is_owned(found: Mapping[str, str], owner: Owner) -> bool:
    """Whether the tags (or labels) hold both of the owner's."""
    return all(found.get(key) == value for key, value in owner.tags.items())


def check_owner(
    what: str, found: Mapping[str, str], owner: Owner, *, provider: str, operation: str
) -> None:
    """Raise ForeignResourceError, with how to hand it over, unless it is the owner's."""
    if is_owned(found, owner):
        return
    carried = ", ".join(f"{key}={found[key]}" for key in owner.tags if key in found)
    raise ForeignResourceError(
        f"{what} belongs to {carried}" if carried else f"{what} does not carry Longshore's tags",
        provider=provider,
        operation=operation,
        advice=f"rename or remove {what} by hand if it is not needed, or tag it "
        + " ".join(f"{key}={value}" for key, value in owner.tags.items())
        + " to hand it over",
    )
