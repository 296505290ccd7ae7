"""What lies in a group of ours, and what of it is not ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.azure.calls import Calls
from providers.azure.ids import key_of
from providers.azure.tags import is_owned
from providers.contract.types import Owner

if TYPE_CHECKING:
    from azure.mgmt.resource.resources.models import GenericResourceExpanded


@dataclass(frozen=True)
class Contents:
    """`foreign`: such as `Microsoft.Storage/storageAccounts logs`."""

    foreign: tuple[str, ...]


def look_into(calls: Calls, group: str, owner: Owner) -> Contents:
    """One list of everything in the group, of every kind there is, to its last page."""
    found = calls.find(
        "resources.listByResourceGroup",
        lambda: list(calls.clients.resources.resources.list_by_resource_group(group)),
    )
    return Contents(_foreign(found or [], owner))


def _foreign(found: list[GenericResourceExpanded], owner: Owner) -> tuple[str, ...]:
    """What has not the owner's tags, is no part of what has (an extension of a machine), and
    is not held by it (its disk)."""
    ours = {key_of(one.id or "") for one in found if is_owned(one.tags, owner)}
    return tuple(
        f"{one.type} {one.name}"
        for one in found
        if key_of(one.id or "") not in ours
        and key_of(one.managed_by or "") not in ours
        and not any(key_of(one.id or "").startswith(f"{id}/") for id in ours)
    )
