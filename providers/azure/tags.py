"""Our tags on Azure's resources, and the check of ownership."""

from __future__ import annotations

from collections.abc import Mapping

from providers.azure.errors import PROVIDER
from providers.contract import ownership
from providers.contract.types import Owner


def check_owner(what: str, found: Mapping[str, str] | None, owner: Owner, operation: str) -> None:
    """Raise ForeignResourceError unless `found` holds the owner's tags."""
    ownership.check_owner(what, found or {}, owner, provider=PROVIDER, operation=operation)


def is_owned(found: Mapping[str, str] | None, owner: Owner) -> bool:
    """Whether the tags are there, and the owner's."""
    return ownership.is_owned(found or {}, owner)
