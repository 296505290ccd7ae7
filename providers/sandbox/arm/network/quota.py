"""Microsoft.Network's usages and the limits that are enforced."""

from __future__ import annotations

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.network.references import ADDRESSES, GROUPS, INTERFACES, NETWORKS
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.world import World

# "Azure subscription and service limits": name, title, limit, the type that counts.
USAGES: tuple[tuple[str, str, int, str], ...] = (
    ("VirtualNetworks", "Virtual Networks", 1000, NETWORKS),
    ("StaticPublicIPAddresses", "Static Public IP Addresses", 20, ADDRESSES),
    ("NetworkSecurityGroups", "Network Security Groups", 5000, GROUPS),
    ("PublicIPAddresses", "Public IP Addresses - Basic", 0, ""),
    ("NetworkInterfaces", "Network Interfaces", 65536, INTERFACES),
    ("StandardSkuPublicIpAddresses", "Public IPv4 Addresses - Standard", 20, ADDRESSES),
    ("RouteTables", "Route Tables", 200, ""),
    ("LoadBalancers", "Load Balancers", 1000, ""),
)
STANDARD_ADDRESSES = "StandardSkuPublicIpAddresses"


def limit(world: World, location: str, name: str) -> int:
    """The limit of a usage in a location."""
    ordinary = next(row[2] for row in USAGES if row[0] == name)
    return world.settings.limits.get(f"{location}/{name}", ordinary)


def count(world: World, location: str, type: str) -> int:
    """How many resources of a type a location holds."""
    return sum(record.location == location for record in world.store.records(type)) if type else 0


def usages(world: World, location: str) -> list[Document]:
    """All usages of a location as ARM lists them."""
    return [
        {
            "id": f"/subscriptions/{world.subscription}/providers/Microsoft.Network/locations/"
            f"{location}/usages/{name}",
            "unit": "Count",
            "currentValue": count(world, location, type),
            "limit": limit(world, location, name),
            "name": {"value": name, "localizedValue": title},
        }
        for name, title, _, type in USAGES
    ]


def check_addresses(world: World, location: str) -> None:
    """Raises RestRefusal when one more public address is too many."""
    most = limit(world, location, STANDARD_ADDRESSES)
    if count(world, location, ADDRESSES) >= most:
        raise refuse(
            400,
            "PublicIPCountLimitReached",
            f"Cannot create more than {most} public IP addresses for this subscription in this "
            "region.",
            details=(),
        )
