"""Firewall rules: the records, and what they mean for one instance."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from providers.sandbox.firewall import ALL_PORTS, Ingress
from providers.sandbox.gce.call import Call, Document, part, parts, text, texts
from providers.sandbox.gce.cloud import PROJECT, Cloud
from providers.sandbox.gce.errors import invalid, required
from providers.sandbox.gce.links import BASE, Link, read_link
from providers.sandbox.gce.lists import listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.router import LISTED, Route
from providers.sandbox.rest.message import Json

EVERYWHERE = "0.0.0.0/0"
INTERNAL = "10.128.0.0/9"
LOWEST = 65535
WITH_PORTS = ("tcp", "udp", "sctp")
PROTOCOLS = frozenset({*WITH_PORTS, "icmp", "esp", "ah", "ipip", "all"})
DEFAULTS = (
    ("default-allow-icmp", "Allow ICMP from anywhere", EVERYWHERE, (("icmp", ()),)),
    (
        "default-allow-internal",
        "Allow internal traffic on the default network",
        INTERNAL,
        (("tcp", ("0-65535",)), ("udp", ("0-65535",)), ("icmp", ())),
    ),
    ("default-allow-rdp", "Allow RDP from anywhere", EVERYWHERE, (("tcp", ("3389",)),)),
    ("default-allow-ssh", "Allow SSH from anywhere", EVERYWHERE, (("tcp", ("22",)),)),
)
"""What every project's default network has (Compute Engine, "Pre-populated rules")."""


class Firewalls:
    """Methods of `firewalls`. A change is in force when its operation is done."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        network = Link(PROJECT, "global", "networks", "default").url
        for name, description, source, traffic in DEFAULTS:
            allowed: list[Json] = [
                {"IPProtocol": protocol, **({"ports": list(ports)} if ports else {})}
                for protocol, ports in traffic
            ]
            body: Document = {
                "description": description,
                "sourceRanges": [source],
                "allowed": allowed,
                "priority": LOWEST - 1,
            }
            link = Link(PROJECT, "global", "firewalls", name)
            cloud.store.add(link, "firewall", _complete({**body, "network": network}))

    def routes(self) -> Iterable[Route]:
        """The methods."""
        path = "projects/{project}/global/firewalls"
        one, request = f"{path}/{{firewall}}", ("requestId",)
        yield Route("firewalls.list", "GET", path, self.list, LISTED)
        yield Route("firewalls.get", "GET", one, self.get)
        yield Route("firewalls.insert", "POST", path, self.insert, request, "Firewall")
        yield Route("firewalls.patch", "PATCH", one, self.patch, request, "Firewall")
        yield Route("firewalls.update", "PUT", one, self.update, request, "Firewall")
        yield Route("firewalls.delete", "DELETE", one, self.delete, request)

    def list(self, call: Call) -> Document:
        """firewalls.list"""
        shelf = self._cloud.store.shelf(call.project, "global", "firewalls")
        return listed(call, "firewallList", (("global", one) for one in shelf.values()))

    def get(self, call: Call) -> Document:
        """firewalls.get"""
        return self._cloud.store.get(self._link(call))

    def insert(self, call: Call) -> Operation:
        """firewalls.insert"""
        body = dict(call.body)
        if not body.get("name"):
            raise required("resource.name")
        link = call.link("firewalls", text(body, "name"))
        made = self._cloud.store.add(link, "firewall", self._checked(call, body))
        operation = self._cloud.begin(call, "insert", link, made)
        return self._cloud.settle(operation, firewalls=True)

    def patch(self, call: Call) -> Operation:
        """firewalls.patch: what is named takes the place of what was there; `allowed` and
        `denied` take each other's."""
        firewall = self._cloud.store.get(self._link(call))
        if not call.body.get("name"):
            raise required("resource.name")
        kept = {key: value for key, value in firewall.items() if key not in ANSWERS}
        if "allowed" in call.body:
            kept.pop("denied", None)
        if "denied" in call.body:
            kept.pop("allowed", None)
        return self._replace(call, "patch", firewall, {**kept, **call.body})

    def update(self, call: Call) -> Operation:
        """firewalls.update: the rule is what the request says."""
        firewall = self._cloud.store.get(self._link(call))
        return self._replace(call, "update", firewall, dict(call.body))

    def delete(self, call: Call) -> Operation:
        """firewalls.delete"""
        firewall = self._cloud.store.get(self._link(call))
        link = call.link("firewalls", text(firewall, "name"))
        operation = self._cloud.begin(call, "delete", link, firewall)
        self._cloud.store.remove(link)
        return self._cloud.settle(operation, firewalls=True)

    def ingress(self, project: str, instance: Document) -> frozenset[Ingress]:
        """What the rules of its network mean for an instance."""
        nics = parts(instance, "networkInterfaces")
        networks = {text(nic, "network") for nic in nics}
        tags = set(texts(part(instance, "tags"), "items"))
        return frozenset(
            rule
            for _, firewall in self._cloud.store.everywhere(project, "firewalls")
            if firewall["network"] in networks
            and firewall["direction"] == "INGRESS"
            and not firewall["disabled"]
            and (not firewall.get("targetTags") or tags & set(texts(firewall, "targetTags")))
            for rule in self._rules(project, firewall)
        )

    def _rules(self, project: str, firewall: Document) -> Iterable[Ingress]:
        deny = "denied" in firewall
        priority = int(text(firewall, "priority"))
        sources = set(self._sources(project, firewall))
        for traffic in parts(firewall, "denied" if deny else "allowed"):
            protocol = _protocol(text(traffic, "IPProtocol"))
            for first, last in _ports(texts(traffic, "ports")):
                for source in sources:
                    yield Ingress(protocol, first, last, source, priority, deny)

    def _sources(self, project: str, firewall: Document) -> Iterable[str]:
        """CIDRs: the ranges, and the address of every instance with one of the tags. Machines
        have addresses of the sandbox's own network, so one whose subnetwork lies within a
        range counts as inside it."""
        ranges = [ipaddress.ip_network(each) for each in texts(firewall, "sourceRanges")]
        yield from (str(each) for each in ranges if each.version == 4)
        wanted = set(texts(firewall, "sourceTags"))
        for _, other in self._cloud.store.everywhere(project, "instances"):
            tagged = bool(wanted & set(texts(part(other, "tags"), "items")))
            for nic in parts(other, "networkInterfaces"):
                if nic.get("network") != firewall["network"]:
                    continue
                if tagged or self._within(text(nic, "subnetwork"), ranges):
                    yield f"{nic['networkIP']}/32"

    def _within(
        self, subnet: str, ranges: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]
    ) -> bool:
        link = read_link(subnet, "subnetworks", PROJECT, "subnetwork")
        found = self._cloud.store.find(link)
        if found is None:
            return False
        own = ipaddress.IPv4Network(text(found, "ipCidrRange"))
        return any(
            isinstance(each, ipaddress.IPv4Network) and own.subnet_of(each) for each in ranges
        )

    def _replace(self, call: Call, type: str, firewall: Document, body: Document) -> Operation:
        name = body.setdefault("name", firewall["name"])
        if name != firewall["name"]:
            raise invalid("resource.name", name, "The name of a resource cannot be changed.")
        network = body.setdefault("network", firewall["network"])
        checked = self._checked(call, body)
        if checked["network"] != firewall["network"]:
            raise invalid("resource.network", network, "A rule's network cannot be changed.")
        kept = {key: firewall[key] for key in ANSWERS}
        firewall.clear()
        firewall.update({**checked, **kept, "name": name})
        link = call.link("firewalls", text(firewall, "name"))
        operation = self._cloud.begin(call, type, link, firewall)
        return self._cloud.settle(operation, firewalls=True)

    def _checked(self, call: Call, body: Document) -> Document:
        network = text(body, "network", f"{BASE}projects/{call.project}/global/networks/default")
        link = read_link(network, "networks", call.project, "resource.network")
        made = _complete({**body, "network": self._cloud.store.get(link)["selfLink"]})
        check_rule(made)
        return made

    def _link(self, call: Call) -> Link:
        return call.link("firewalls", call.parts["firewall"])


ANSWERS = ("kind", "id", "creationTimestamp", "selfLink")


def _complete(body: Document) -> Document:
    """The rule with what a request may leave out."""
    made: Document = {
        "direction": "INGRESS",
        "priority": 1000,
        "disabled": False,
        "logConfig": {"enable": False},
        **body,
    }
    sources = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    if made["direction"] == "INGRESS" and not any(made.get(name) for name in sources):
        made["sourceRanges"] = [EVERYWHERE]
    if made["direction"] == "EGRESS" and not made.get("destinationRanges"):
        made["destinationRanges"] = [EVERYWHERE]
    return {key: value for key, value in made.items() if value not in ([], None)}


def check_rule(rule: Document) -> None:
    """Refuse a rule that means nothing. Raises RestRefusal."""
    given = [name for name in ("allowed", "denied") if rule.get(name)]
    if len(given) != 1:
        raise invalid("resource", "", "Exactly one of allowed and denied has to be given.")
    if not 0 <= int(text(rule, "priority")) <= LOWEST:
        raise invalid("resource.priority", rule["priority"], f"Must be 0 to {LOWEST}, inclusive.")
    egress = rule["direction"] == "EGRESS"
    for name in ("sourceRanges", "sourceTags", "sourceServiceAccounts"):
        if egress and rule.get(name):
            raise invalid(f"resource.{name}", "", "A rule for EGRESS has no sources.")
    for name in ("sourceRanges", "destinationRanges"):
        for index, each in enumerate(texts(rule, name)):
            try:
                ipaddress.ip_network(each)
            except ValueError:
                field = f"resource.{name}[{index}]"
                raise invalid(field, each, "Must be a CIDR address range.") from None
    for index, traffic in enumerate(parts(rule, given[0])):
        _check_traffic(f"resource.{given[0]}[{index}]", traffic)


def _check_traffic(place: str, traffic: Document) -> None:
    protocol = text(traffic, "IPProtocol").lower()
    if not protocol:
        raise required(f"{place}.IPProtocol")
    number = protocol.isdigit() and int(protocol) <= 255
    if not number and protocol not in PROTOCOLS:
        raise invalid(f"{place}.IPProtocol", protocol, "Unknown protocol.")
    for index, ports in enumerate(texts(traffic, "ports")):
        field = f"{place}.ports[{index}]"
        if protocol not in WITH_PORTS and protocol not in ("6", "17", "132"):
            raise invalid(field, ports, f"Protocol {protocol} has no ports.")
        found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", ports)
        bounds = [int(each) for each in found.groups() if each] if found else []
        if not bounds or bounds != sorted(bounds) or bounds[-1] > LOWEST:
            raise invalid(field, ports, "Must be a port, or two with a dash between them.")


def _protocol(name: str) -> str:
    numbers = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "sctp": "132", "esp": "50"}
    numbers |= {"ah": "51", "ipip": "94"}
    return numbers.get(name.lower(), name.lower())


def _ports(given: list[str]) -> list[tuple[int, int]]:
    if not given:
        return [ALL_PORTS]
    pairs = [each.partition("-") for each in given]
    return [(int(first), int(last or first)) for first, _, last in pairs]
