"""Where machines go: the deployment's own virtual network, or a subnet of the user's.

Subnets in Azure span the zones of a region, so every zone has the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.ids import parse_id
from providers.azure.names import SUBNET, network_name
from providers.azure.sizes import REGIONAL
from providers.azure.tags import check_owner
from providers.azure.words import word
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Owner

if TYPE_CHECKING:
    from azure.mgmt.network import types
    from azure.mgmt.network.models import VirtualNetwork

ZONES = ("1", "2", "3", REGIONAL)

ADDRESSES = "10.90.0.0/16"
MACHINES = "10.90.0.0/20"
"""Away from what the Docker Engine gives its networks (172.17.0.0/12, 192.168.0.0/16)."""

ADVICE = "`subnet` is a subnet's resource id, or VIRTUAL-NETWORK/SUBNET"


@dataclass(frozen=True)
class OwnNetwork:
    """The deployment's own virtual network as it stands."""

    group: str
    name: str
    subnet: str | None
    """The id of its subnet for machines, if it has one that is ready."""
    ready: bool


def by_zone(subnet: str) -> dict[str, str]:
    """The one subnet for every zone, and for machines in none."""
    return dict.fromkeys(ZONES, subnet)


def find_own(calls: Calls, owner: Owner, group: str) -> OwnNetwork | None:
    """The deployment's own virtual network, if it is there. Raises ForeignResourceError for
    one of its name without the owner's tags."""
    name = network_name(owner, calls.region)
    found = calls.find(
        "virtualNetworks.get", lambda: calls.clients.network.virtual_networks.get(group, name)
    )
    if found is None:
        return None
    check_owner(f"virtual network {name}", found.tags, owner, "virtualNetworks.get")
    properties = found.properties
    state = word(properties.provisioning_state) if properties is not None else ""
    subnet = _subnet_id(found, SUBNET)
    return OwnNetwork(group, name, subnet, ready=state == "Succeeded" and subnet is not None)


def own_network(region: str, owner: Owner) -> types.VirtualNetwork:
    """The body of the deployment's own virtual network. Pure.

    Its subnet has no outbound access by default: machines have addresses of their own, and
    the default one is being withdrawn by Azure.
    """
    subnet = {
        "name": SUBNET,
        "properties": {"addressPrefix": MACHINES, "defaultOutboundAccess": False},
    }
    body = {
        "location": region,
        "tags": owner.tags,
        "properties": {"addressSpace": {"addressPrefixes": [ADDRESSES]}, "subnets": [subnet]},
    }
    # The SDK's description of a body requires what only answers have (`etag`, `type`).
    return cast("types.VirtualNetwork", body)


def find_named(calls: Calls, subnet: str) -> str:
    """The id of the user's own subnet. One or two reads.

    Raises InvalidRequestError when it is not there, is in another region, or cannot be told
    from another of the same name.
    """
    found, name = _by_id(calls, subnet) if subnet.startswith("/") else _by_name(calls, subnet)
    if (found.location or "").lower() != calls.region.lower():
        raise _invalid(
            f"subnet {subnet} is in {found.location}, machines are made in {calls.region}",
            "name a subnet of the target's region",
        )
    id = _subnet_id(found, name)
    if id is None:
        raise _invalid(f"virtual network {found.name} has no subnet {name!r}", ADVICE)
    return id


def _by_id(calls: Calls, id: str) -> tuple[VirtualNetwork, str]:
    parts = id.strip("/").split("/")
    place = parse_id(id, "virtualNetworks.get")
    if len(parts) != 10 or place.kind != "virtualnetworks" or parts[8].lower() != "subnets":
        raise _invalid(f"{id!r} is not the id of a subnet", ADVICE)
    found = calls.find(
        "virtualNetworks.get",
        lambda: calls.clients.network.virtual_networks.get(place.group, place.name),
    )
    if found is None:
        raise _invalid(f"there is no virtual network {place.name} in {place.group}", ADVICE)
    return found, parts[9]


def _by_name(calls: Calls, words: str) -> tuple[VirtualNetwork, str]:
    network, slash, name = words.partition("/")
    if not slash or not network or not name or "/" in name:
        raise _invalid(f"{words!r} names no subnet", ADVICE)
    group = calls.group

    def send() -> list[VirtualNetwork]:
        networks = calls.clients.network.virtual_networks
        listed = networks.list_all() if group is None else networks.list(group)
        return [one for one in listed if (one.name or "").lower() == network.lower()]

    operation = "virtualNetworks.listAll" if group is None else "virtualNetworks.list"
    found = calls.read(operation, send)
    here = [one for one in found if (one.location or "").lower() == calls.region.lower()]
    if len(here) > 1:
        raise _invalid(
            f"there are {len(here)} virtual networks {network} in {calls.region}",
            "name the subnet by its resource id",
        )
    if not found:
        raise _invalid(f"there is no virtual network {network}", ADVICE)
    return (here or found)[0], name


def _subnet_id(network: VirtualNetwork, name: str) -> str | None:
    listed = network.properties.subnets if network.properties is not None else None
    for subnet in listed or ():
        if (subnet.name or "").lower() == name.lower():
            return subnet.id
    return None


def _invalid(message: str, advice: str) -> InvalidRequestError:
    return InvalidRequestError(
        message, provider=PROVIDER, operation="virtualNetworks.get", advice=advice
    )
