"""What the security groups of an interface and its subnet let in, as one list of rules.

Traffic needs the leave of both groups, the subnet's first ("How network security groups filter
network traffic"). Two ordered lists become one: each pair of rules gives the traffic that both
match, in the order of the first and then of the second rule, and lets it in where both do.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.network.groups import default_rules
from providers.sandbox.arm.network.references import (
    INTERFACES,
    find_subnet,
    machine_of_interface,
    primary,
)
from providers.sandbox.arm.network.rule_checks import values
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.firewall import ALL_PORTS, Ingress

PROTOCOLS = {"*": "-1", "Tcp": "tcp", "Udp": "udp", "Icmp": "icmp", "Esp": "50", "Ah": "51"}
WITH_PORTS = ("tcp", "udp")
EVERYWHERE = ipaddress.IPv4Network("0.0.0.0/0")
Nets = tuple[ipaddress.IPv4Network, ...]


@dataclass(frozen=True)
class Gate:
    """One rule for inbound traffic, with its sources as networks."""

    protocol: str
    ports: tuple[tuple[int, int], ...]
    sources: Nets
    allow: bool


@dataclass(frozen=True)
class View:
    """How an interface sees the world: its own address, the addresses in its virtual network,
    and the networks in it by the prefix that stands for them."""

    own: str
    peers: Nets
    prefixes: dict[str, Nets]


def interface_rules(world: World, interface: Record) -> frozenset[Ingress]:
    """The ingress rules of the machine that has the interface."""
    view = _view(world, interface)
    lists = [
        [gate for rule in rules for gate in _gates(rule, view)]
        for rules in _rule_lists(world, interface)
    ]
    if not lists:
        # A Standard address without any security group lets nobody in from outside.
        lists = [[Gate("-1", (ALL_PORTS,), view.peers, True)]]
    public = at(primary(interface), "properties", "publicIPAddress", "id") is not None
    if not public:
        lists.append([Gate("-1", (ALL_PORTS,), view.peers, True)])
    return frozenset(_numbered(_meet(lists)))


def _rule_lists(world: World, interface: Record) -> list[list[Document]]:
    found = []
    for reference in (
        at(_subnet(world, interface), "properties", "networkSecurityGroup", "id"),
        at(interface.properties, "networkSecurityGroup", "id"),
    ):
        group = world.store.find(reference) if reference else None
        if group is not None:
            rules = [*group.properties["securityRules"], *default_rules()]
            inbound = [rule for rule in rules if rule["properties"]["direction"] == "Inbound"]
            found.append(sorted(inbound, key=lambda rule: int(rule["properties"]["priority"])))
    return found


def _subnet(world: World, interface: Record) -> Document | None:
    reference = str(at(primary(interface), "properties", "subnet", "id"))
    network = world.store.find(reference.rpartition("/subnets/")[0])
    return None if network is None else find_subnet(network, reference.rpartition("/")[2])


def _view(world: World, interface: Record) -> View:
    """Only interfaces that machines have count: others have no address on the wire."""
    mine = str(at(primary(interface), "properties", "subnet", "id")).lower()
    network = mine.rpartition("/subnets/")[0]
    peers: list[ipaddress.IPv4Network] = []
    prefixes: dict[str, list[ipaddress.IPv4Network]] = {}
    for other in world.store.records(INTERFACES):
        subnet = str(at(primary(other), "properties", "subnet", "id")).lower()
        if not subnet.startswith(f"{network}/") or machine_of_interface(world, other) is None:
            continue
        host = ipaddress.IPv4Network(f"{other.address}/32")
        peers.append(host)
        entry = _subnet(world, other) or {}
        properties = entry.get("properties", {})
        for prefix in values(properties, "addressPrefix", "addressPrefixes"):
            prefixes.setdefault(prefix, []).append(host)
        private = at(primary(other), "properties", "privateIPAddress")
        if private:
            prefixes.setdefault(f"{private}/32", []).append(host)
    return View(
        interface.address,
        tuple(sorted(peers)),
        {prefix: tuple(hosts) for prefix, hosts in prefixes.items()},
    )


def _gates(rule: Document, view: View) -> list[Gate]:
    properties = rule["properties"]
    if values(properties, "sourcePortRange", "sourcePortRanges") != ["*"]:
        return []  # the packet filter looks at no source ports
    here = values(properties, "destinationAddressPrefix", "destinationAddressPrefixes")
    if not any(_holds(prefix, view) for prefix in here):
        return []
    protocol = PROTOCOLS[properties["protocol"]]
    ports = tuple(
        _ports(text) for text in values(properties, "destinationPortRange", "destinationPortRanges")
    )
    sources = tuple(
        net
        for prefix in values(properties, "sourceAddressPrefix", "sourceAddressPrefixes")
        for net in _sources(prefix, view)
    )
    allow = properties["access"] == "Allow"
    # A rule for all protocols that names ports speaks of those protocols that have them.
    split = WITH_PORTS if protocol == "-1" and ports != (ALL_PORTS,) else (protocol,)
    return [Gate(one, ports, sources, allow) for one in split]


def _ports(text: str) -> tuple[int, int]:
    if text == "*":
        return ALL_PORTS
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _holds(prefix: str, view: View) -> bool:
    """Whether a destination includes the interface."""
    if prefix in ("*", "VirtualNetwork"):
        return True
    own = ipaddress.IPv4Network(f"{view.own}/32")
    return any(own.subnet_of(net) for net in _sources(prefix, view))


def _sources(prefix: str, view: View) -> Nets:
    if prefix == "*":
        return (EVERYWHERE,)
    if prefix == "VirtualNetwork":
        return view.peers
    if prefix == "Internet":
        return _without(EVERYWHERE, view.peers)
    try:
        net = ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return ()  # a service of Azure's, which the sandbox does not have
    if not isinstance(net, ipaddress.IPv4Network):
        return ()
    inside = [
        host
        for known, hosts in view.prefixes.items()
        if ":" not in known and ipaddress.IPv4Network(known).subnet_of(net)
        for host in hosts
    ]
    return (net, *(host for host in inside if not host.subnet_of(net)))


def _without(whole: ipaddress.IPv4Network, holes: Nets) -> Nets:
    rest = [whole]
    for hole in holes:
        rest = [
            piece
            for net in rest
            for piece in (net.address_exclude(hole) if hole.subnet_of(net) else (net,))
        ]
    return tuple(sorted(rest))


def _meet(lists: list[list[Gate]]) -> list[Gate]:
    met, *others = lists
    for other in others:
        met = [gate for one in met for two in other for gate in _both(one, two)]
    return met


def _both(one: Gate, two: Gate) -> Iterable[Gate]:
    if "-1" in (one.protocol, two.protocol):
        protocol = two.protocol if one.protocol == "-1" else one.protocol
    elif one.protocol == two.protocol:
        protocol = one.protocol
    else:
        return
    ports = tuple(
        (max(a, c), min(b, d)) for a, b in one.ports for c, d in two.ports if max(a, c) <= min(b, d)
    )
    sources = tuple(
        narrow
        for first in one.sources
        for second in two.sources
        for narrow in _narrower(first, second)
    )
    if ports and sources:
        yield Gate(protocol, ports, sources, one.allow and two.allow)


def _narrower(one: ipaddress.IPv4Network, two: ipaddress.IPv4Network) -> Nets:
    if one.subnet_of(two):
        return (one,)
    return (two,) if two.subnet_of(one) else ()


def _numbered(gates: list[Gate]) -> Iterable[Ingress]:
    for number, gate in enumerate(gates):
        for first, last in gate.ports:
            for source in gate.sources:
                yield Ingress(
                    gate.protocol,
                    first,
                    last,
                    str(source),
                    priority=number,
                    deny=not gate.allow,
                )
