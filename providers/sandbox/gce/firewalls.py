"""Firewall rules: the records, and what they mean for one instance."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from providers.sandbox.firewall import Ingress
from providers.sandbox.gce.call import Call, Document, part, parts, text, texts
from providers.sandbox.gce.cloud import PROJECT, Cloud
from providers.sandbox.gce.errors import invalid, required
from providers.sandbox.gce.firewall_rules import (
    EVERYWHERE,
    LOWEST,
    check_rule,
    complete,
    ports_of,
    protocol_of,
)
from providers.sandbox.gce.links import BASE, Link, read_link
from providers.sandbox.gce.lists import listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.router import LISTED, Route
from providers.sandbox.rest.message import Json

INTERNAL = "10.128.0.0/9"
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

ANSWERS = ("kind", "id", "creationTimestamp", "selfLink")


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
            cloud.store.add(link, "firewall", complete({**body, "network": network}))

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
        found = self._cloud.store.list(call.project, "global", "firewalls")
        return listed(call, "firewallList", found)

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
            protocol = protocol_of(text(traffic, "IPProtocol"))
            for first, last in ports_of(texts(traffic, "ports")):
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
        made = complete({**body, "network": self._cloud.store.get(link)["selfLink"]})
        check_rule(made)
        return made

    def _link(self, call: Call) -> Link:
        return call.link("firewalls", call.parts["firewall"])
