"""Address prefixes of virtual networks and subnets, and what Azure refuses about them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from itertools import combinations

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.refusals import refuse

Net = ipaddress.IPv4Network | ipaddress.IPv6Network
SMALLEST = 29  # prefix length of the smallest IPv4 subnet
RESERVED = 4  # first addresses of a subnet that Azure keeps, beside the last one


def parse_prefix(text: str) -> Net:
    """An address prefix. Raises RestRefusal for one that is none."""
    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise refuse(
            400,
            "InvalidAddressPrefixFormat",
            f"Address prefix {text} of resource is not formatted correctly. It should follow "
            "CIDR notation, for example 10.0.0.0/24.",
            details=(),
        ) from error
    if "/" not in text or str(loose) != text.lower():
        raise refuse(
            400,
            "InvalidCIDRNotation",
            f"The address prefix {text} has an invalid CIDR notation. For the given prefix "
            f"length, the address prefix should be {loose}.",
            details=(),
        )
    return loose


def prefixes_of(subnet: Document) -> list[str]:
    """The prefixes that a subnet names, in either way."""
    properties = subnet.get("properties", {})
    one = properties.get("addressPrefix")
    several: list[str] = properties.get("addressPrefixes") or []
    return [one] if one else several


def within(inner: Net, outer: Net) -> bool:
    """Whether one prefix lies in another, of the same version."""
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def check_subnets(network: str, spaces: Sequence[Net], subnets: Sequence[Document]) -> None:
    """Raises RestRefusal for subnets without a prefix, outside the network, too small, or on
    each other."""
    taken: list[tuple[str, Net]] = []
    for subnet in subnets:
        name, texts = subnet["name"], prefixes_of(subnet)
        if not texts:
            raise refuse(
                400,
                "NoAddressPrefixOrPoolProvided",
                f"Subnet '{name}' has no address prefix or pool. Please provide one.",
                details=(),
            )
        for net in map(parse_prefix, texts):
            if not any(within(net, space) for space in spaces) or (
                net.version == 4 and net.prefixlen > SMALLEST
            ):
                raise refuse(
                    400,
                    "NetcfgInvalidSubnet",
                    f"Subnet '{name}' is not valid because its IP address range is outside the "
                    f"IP address range of virtual network '{network}'.",
                    details=(),
                )
            taken.append((name, net))
    for (_, first), (other, second) in combinations(taken, 2):
        if first.version == second.version and first.overlaps(second):
            raise refuse(
                400,
                "NetcfgSubnetRangesOverlap",
                f"Subnet '{other}' is not valid because its IP address range overlaps with that "
                f"of an existing subnet in virtual network '{network}'.",
                details=(),
            )
