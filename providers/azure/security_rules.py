"""Ingress rules: ours against a security group's. Pure.

A security group lets everything in from its own virtual network unless a rule says no
(`AllowVnetInBound`), which EC2's do not. So each of ours ends in a rule that does: what is not
wanted is closed to neighbours too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Literal, cast

from providers.azure.errors import PROVIDER
from providers.azure.words import word
from providers.contract.sources import network_of
from providers.contract.types import PortRule

if TYPE_CHECKING:
    from azure.mgmt.network import types
    from azure.mgmt.network.models import SecurityRule

NOT_A_PORT = 0
"""The port of a listed rule that is no single TCP or UDP port; no wanted rule has it, so it
is always surplus. Its description says what it is."""

FIRST_PRIORITY = 100
LAST_PRIORITY = 4096
"""The range that Azure gives to our own rules. Smaller numbers come first."""
LONGEST_DESCRIPTION = 140
CLOSING = "nothing-else"
"""The name of the rule that closes the group to its own virtual network."""

_NO_ADDRESS = "application security group"
"""The source of a listed rule that names no address."""

_ANYWHERE = ("*", "Internet", "0.0.0.0/0", "Any")


@dataclass(frozen=True)
class Ingress:
    """What a group lets in, and whether it is closed to everything else."""

    rules: tuple[PortRule, ...]
    closed: bool

    def is_exactly(self, wanted: Iterable[PortRule]) -> bool:
        """Whether nothing has to be written to let in exactly that."""
        return self.closed and sorted(self.rules, key=_order) == _chosen(wanted)


def normalise(rule: PortRule) -> PortRule:
    """The rule as Azure will show it: network address, description of allowed length.

    Raises InvalidRequestError for a source that is no CIDR.
    """
    source = network_of(
        rule.source, provider=PROVIDER, operation="networkSecurityGroups.createOrUpdate"
    )
    return replace(rule, source=source, description=rule.description[:LONGEST_DESCRIPTION])


def ingress(found: Sequence[SecurityRule] | None) -> Ingress:
    """What the inbound rules of a group let in."""
    let_in: list[PortRule] = []
    closed = False
    for rule in found or ():
        properties = rule.properties
        if properties is None or word(properties.direction) != "Inbound":
            continue
        if word(properties.access) == "Deny":
            closed = closed or rule.name == CLOSING
            continue
        ports = [properties.destination_port_range, *(properties.destination_port_ranges or ())]
        sources = [properties.source_address_prefix, *(properties.source_address_prefixes or ())]
        for source in list(filter(None, sources)) or [_NO_ADDRESS]:
            for port in filter(None, ports):
                let_in.append(
                    _rule(word(properties.protocol), port, source, properties.description or "")
                )
    return Ingress(tuple(let_in), closed)


def security_rules(wanted: Iterable[PortRule]) -> list[types.SecurityRule]:
    """The rules as the API takes them: the same rules are the same names and numbers."""
    rules = [
        _allow(rule, priority) for priority, rule in enumerate(_chosen(wanted), FIRST_PRIORITY)
    ]
    closing = _inbound(
        CLOSING,
        priority=LAST_PRIORITY,
        access="Deny",
        protocol="*",
        sourceAddressPrefix="VirtualNetwork",
        destinationPortRange="*",
        description="closed to the virtual network",
    )
    return [*rules, closing]


def _allow(rule: PortRule, priority: int) -> types.SecurityRule:
    return _inbound(
        _name(rule),
        priority=priority,
        access="Allow",
        protocol="Tcp" if rule.protocol == "tcp" else "Udp",
        sourceAddressPrefix=rule.source,
        destinationPortRange=str(rule.port),
        description=rule.description,
    )


def _inbound(name: str, **properties: str | int) -> types.SecurityRule:
    common = {"direction": "Inbound", "sourcePortRange": "*", "destinationAddressPrefix": "*"}
    # The SDK's description of a body requires what only answers have (`etag`, `type`).
    return cast("types.SecurityRule", {"name": name, "properties": {**common, **properties}})


def _name(rule: PortRule) -> str:
    """`tcp-22-203.0.113.5_32`: what makes it the same rule, in the characters of a name."""
    return f"{rule.protocol}-{rule.port}-" + re.sub(
        r"[^A-Za-z0-9.-]", "_", rule.source.replace(":", "-")
    )


def _chosen(wanted: Iterable[PortRule]) -> list[PortRule]:
    """Each rule once, in order: its name makes it the same one, and of several descriptions
    the last one stands."""
    return sorted({_name(rule): rule for rule in map(normalise, wanted)}.values(), key=_order)


def _order(rule: PortRule) -> tuple[int, str, str, str]:
    return (rule.port, rule.protocol, rule.source, rule.description)


def _rule(protocol: str, port: str, source: str, description: str) -> PortRule:
    known = _protocol(protocol)
    cidr = "0.0.0.0/0" if source in _ANYWHERE else source
    if known is None or not port.isdigit() or not _is_cidr(cidr):
        return PortRule(
            port=NOT_A_PORT,
            protocol=known or "tcp",
            source=cidr,
            description=f"ports {port}, {'all protocols' if protocol == '*' else protocol}",
        )
    return PortRule(int(port), known, cidr if "/" in cidr else _whole(cidr), description)


def _protocol(name: str) -> Literal["tcp", "udp"] | None:
    match name.lower():
        case "tcp":
            return "tcp"
        case "udp":
            return "udp"
    return None


def _is_cidr(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _whole(address: str) -> str:
    """A single address as the network that it is."""
    return str(ip_network(address))
