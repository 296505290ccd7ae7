"""The resource group: one of our own for each deployment, or the one that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.azure.calls import Calls
from providers.azure.error_table import GROUP_GOING
from providers.azure.names import group_name
from providers.azure.tags import check_owner
from providers.contract.types import Owner
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.mgmt.resource.resources.models import ResourceGroup


def working_group(calls: Calls, owner: Owner) -> str:
    """The name of the group that machines are made in. No call."""
    return calls.group or group_name(owner, calls.region)


def find_group(calls: Calls, owner: Owner) -> ResourceGroup | None:
    """The owner's own group in the region, as it stands; None where a group is named in the
    settings, since that one is never ours, and where there is none.

    Raises ForeignResourceError for a group of our name without the owner's tags.
    """
    found = look_at_group(calls, owner)
    if found is not None:
        check_owner(f"resource group {found.name}", found.tags, owner, "resourceGroups.get")
    return found


def look_at_group(calls: Calls, owner: Owner) -> ResourceGroup | None:
    """As `find_group`, but whosever it is."""
    if calls.group is not None:
        return None
    name = group_name(owner, calls.region)
    return calls.find(
        "resourceGroups.get", lambda: calls.clients.resources.resource_groups.get(name)
    )


def ensure_group(calls: Calls, owner: Owner) -> None:
    """Make the owner's own group, with the owner's tags in the call. One PUT, which changes
    nothing where the group stands: to be called when it was seen to be missing.

    A group of the name that is on its way out is waited for, at most `GROUP_GOING` seconds.
    """
    name = group_name(owner, calls.region)
    calls.repeatable(
        "resourceGroups.createOrUpdate",
        "create",
        lambda: calls.clients.resources.resource_groups.create_or_update(
            name, {"location": calls.region, "tags": owner.tags}
        ),
        policy=Deadline.after(GROUP_GOING).policy(),
    )


def going(group: ResourceGroup) -> bool:
    """Whether a group is being deleted: its name is not free, and nothing can go into it."""
    properties = group.properties
    state = properties.provisioning_state if properties is not None else None
    return (state or "").lower() in ("deleting", "deprovisioning")
