"""One firewall rule: what a request may leave out, what it must not say, what it matches."""

from __future__ import annotations

import ipaddress
import re

from providers.sandbox.firewall import ALL_PORTS
from providers.sandbox.gce.call import Document, parts, text, texts
from providers.sandbox.gce.errors import invalid, required

EVERYWHERE = "0.0.0.0/0"
LOWEST = 65535
WITH_PORTS = ("tcp", "udp", "sctp")
PROTOCOLS = frozenset({*WITH_PORTS, "icmp", "esp", "ah", "ipip", "all"})


def complete(body: Document) -> Document:
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


def protocol_of(name: str) -> str:
    numbers = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "sctp": "132", "esp": "50"}
    numbers |= {"ah": "51", "ipip": "94"}
    return numbers.get(name.lower(), name.lower())


def ports_of(given: list[str]) -> list[tuple[int, int]]:
    if not given:
        return [ALL_PORTS]
    pairs = [each.partition("-") for each in given]
    return [(int(first), int(last or first)) for first, _, last in pairs]
