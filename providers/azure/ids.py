"""Azure's resource ids: `/subscriptions/S/resourceGroups/G/providers/Microsoft.X/kind/name`.

They are compared without regard to case: Azure gives the same id in several spellings.
"""

from __future__ import annotations

from dataclasses import dataclass

from providers.azure.errors import PROVIDER
from providers.contract.errors import InvalidRequestError


@dataclass(frozen=True)
class ResourceId:
    """The parts of an id that name a resource. `kind` is such as `virtualMachines`, in lower
    case; empty for a group itself."""

    subscription: str
    group: str
    kind: str
    name: str


def parse_id(id: str, operation: str = "") -> ResourceId:
    """Raises InvalidRequestError for what is no id of a resource in a group, or of a group."""
    parts = id.strip("/").split("/")
    if (
        len(parts) >= 4
        and parts[0].lower() == "subscriptions"
        and parts[2].lower() == "resourcegroups"
    ):
        if len(parts) == 4:
            return ResourceId(parts[1], parts[3], "", parts[3])
        if len(parts) >= 8 and parts[4].lower() == "providers":
            return ResourceId(parts[1], parts[3], parts[6].lower(), parts[7])
    raise InvalidRequestError(
        f"{id!r} is not the id of an Azure resource", provider=PROVIDER, operation=operation
    )


def same_id(one: str, other: str) -> bool:
    """Whether two ids name the same resource."""
    return key_of(one) == key_of(other)


def key_of(id: str) -> str:
    """An id in the one spelling that can be compared and looked up."""
    return id.strip("/").lower()
