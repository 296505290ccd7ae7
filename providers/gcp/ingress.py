"""Ingress rules: a target's against Compute Engine's firewall rules. Pure.

A target has one firewall rule for SSH, one that denies SSH to everyone else (networks come
with a rule that lets SSH in from everywhere), and one for each set of sources that reach the
same ports. Firewall rules have no labels: whose they are, and the words of each of our rules,
are JSON in the description.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Network, ip_network
from typing import Literal

from providers.contract.sources import network_of
from providers.contract.types import TAG_TARGET, Owner, PortRule
from providers.gcp.errors import PROVIDER, invalid
from providers.gcp.names import digest, network_tag

SSH_PORT = 22
ALLOW_SSH = 900
DENY_SSH = 901
ALLOW = 1000
"""Priorities; the lower wins. Between ours for SSH nothing else fits."""
EVERYWHERE = "0.0.0.0/0"
SSH_SOURCES = 10
"""Sources of one firewall rule for SSH. Each has words of its own, and a description ends at
2,048 characters."""
LONGEST_DESCRIPTION = 2048
LONGEST_WORDS = 120

NOT_A_PORT = 0
"""The port of a listed rule that is no single TCP or UDP port; no wanted rule has it, so it
is always surplus. Its description says what it is."""

Action = Literal["allow", "deny"]
Port = tuple[str, str]
"""Protocol and port (a number, a range, or empty for all) as the API has them."""


@dataclass(frozen=True)
class FirewallRule:
    """One firewall rule of Compute Engine, as far as we set it. `plain` is False for one with
    anything else set (source tags, service accounts, egress): it is never as wanted."""

    name: str
    network: str
    tag: str
    action: Action
    priority: int
    sources: frozenset[str]
    ports: frozenset[Port]
    tags: Mapping[str, str]
    words: Mapping[str, str]
    """What is said of a rule, by `_key`."""
    plain: bool = True
    enabled: bool = True

    @property
    def description(self) -> str:
        """The tags and words as JSON, always the same for the same ones."""
        held: dict[str, object] = dict(sorted(self.tags.items()))
        if self.words:
            held["rules"] = dict(sorted(self.words.items()))
        return json.dumps(held, separators=(",", ":"))


def normalise(rule: PortRule) -> PortRule:
    """The rule as it is shown again: network address, and words of a bounded length.

    Raises InvalidRequestError for a source that is no CIDR.
    """
    source = network_of(rule.source, provider=PROVIDER, operation="firewalls.insert")
    return replace(rule, source=source, description=rule.description[:LONGEST_WORDS])


def wanted(
    owner: Owner, target: str, network: str, rules: Iterable[PortRule]
) -> tuple[FirewallRule, ...]:
    """The firewall rules that let in exactly these, and SSH from nowhere else."""
    unique = {_key(rule): rule for rule in map(normalise, rules)}
    ssh = [rule for rule in unique.values() if _is_ssh(rule)]
    other = [rule for rule in unique.values() if not _is_ssh(rule)]
    groups = [("ssh", ALLOW_SSH, group) for group in _by_tens(ssh)]
    groups += [("in", ALLOW, group) for group in _by_sources(other)]
    tag = network_tag(owner, target)
    tags = {**owner.tags, TAG_TARGET: target}
    made = []
    for at, (word, priority, group) in enumerate(groups):
        sources = sorted({rule.source for rule in group})
        # The rule for SSH keeps its name as sources come and go; the others keep it as ports do.
        place = [network, str(at)] if word == "ssh" else [network, *sources]
        made.append(
            FirewallRule(
                name=f"{tag}-{word}-{digest(place)}",
                network=network,
                tag=tag,
                action="allow",
                priority=priority,
                sources=frozenset(sources),
                ports=frozenset((rule.protocol, str(rule.port)) for rule in group),
                tags=tags,
                words={_key(rule): rule.description for rule in group if rule.description},
            )
        )
    deny = FirewallRule(
        name=f"{tag}-deny-{digest([network])}",
        network=network,
        tag=tag,
        action="deny",
        priority=DENY_SSH,
        sources=frozenset({EVERYWHERE}),
        ports=frozenset({("tcp", str(SSH_PORT))}),
        tags=tags,
        words={},
    )
    for rule in made:
        if len(rule.description) > LONGEST_DESCRIPTION:
            raise invalid(
                f"{len(rule.words)} rules from {', '.join(sorted(rule.sources))} are more than "
                "one firewall rule can describe",
                "firewalls.insert",
                "publish fewer ports",
            )
    return (*made, deny)


def standing(rules: Sequence[FirewallRule]) -> tuple[PortRule, ...]:
    """What a target's firewall rules let in now, in the order of port, protocol and source.
    Where the rule is missing that keeps SSH shut, that is said as a rule of its own."""
    found = set(let_in(rules))
    if not any(rule.enabled and _keeps_ssh_out(rule) for rule in rules):
        found.add(
            PortRule(NOT_A_PORT, "tcp", EVERYWHERE, "no rule keeps others than these from SSH")
        )
    return _in_order(found)


def let_in(rules: Iterable[FirewallRule]) -> tuple[PortRule, ...]:
    """What firewall rules let in, in the same order."""
    return _in_order(
        shown for rule in rules if rule.enabled and rule.action == "allow" for shown in _shown(rule)
    )


def _in_order(rules: Iterable[PortRule]) -> tuple[PortRule, ...]:
    return tuple(sorted(set(rules), key=lambda rule: (rule.port, rule.protocol, rule.source)))


def _is_ssh(rule: PortRule) -> bool:
    return (rule.port, rule.protocol) == (SSH_PORT, "tcp")


def _keeps_ssh_out(rule: FirewallRule) -> bool:
    return (
        rule.action == "deny"
        and rule.plain
        and rule.priority == DENY_SSH
        and rule.sources == {EVERYWHERE}
        and rule.ports == {("tcp", str(SSH_PORT))}
    )


def _by_tens(rules: Iterable[PortRule]) -> list[list[PortRule]]:
    groups: list[list[PortRule]] = []
    for family in _by_family(rules):
        ordered = sorted(family, key=lambda rule: rule.source)
        groups += [ordered[at : at + SSH_SOURCES] for at in range(0, len(ordered), SSH_SOURCES)]
    return groups


def _by_sources(rules: Iterable[PortRule]) -> list[list[PortRule]]:
    """Sources that reach the same ports share a firewall rule, those of one address family."""
    groups: list[list[PortRule]] = []
    for family in _by_family(rules):
        by_source: dict[str, list[PortRule]] = {}
        for rule in sorted(family, key=_key):
            by_source.setdefault(rule.source, []).append(rule)
        by_ports: dict[frozenset[tuple[str, int]], list[PortRule]] = {}
        for same in by_source.values():
            ports = frozenset((rule.protocol, rule.port) for rule in same)
            by_ports.setdefault(ports, []).extend(same)
        groups += by_ports.values()
    return groups


def _by_family(rules: Iterable[PortRule]) -> tuple[list[PortRule], list[PortRule]]:
    """IPv4 and IPv6: a firewall rule has sources of one kind only ("VPC firewall rules")."""
    v4: list[PortRule] = []
    v6: list[PortRule] = []
    for rule in rules:
        (v6 if isinstance(ip_network(rule.source), IPv6Network) else v4).append(rule)
    return v4, v6


def _key(rule: PortRule) -> str:
    return f"{rule.protocol}/{rule.port} {rule.source}"


def _shown(rule: FirewallRule) -> Iterable[PortRule]:
    for protocol, port in rule.ports:
        for source in rule.sources or {"sources that are no networks"}:
            if rule.plain and protocol in ("tcp", "udp") and port.isdigit() and rule.sources:
                known: Literal["tcp", "udp"] = "tcp" if protocol == "tcp" else "udp"
                bare = PortRule(int(port), known, source)
                yield replace(bare, description=rule.words.get(_key(bare), ""))
            else:
                what = f"{rule.name}: {protocol} {port or 'all ports'}"
                yield PortRule(NOT_A_PORT, "udp" if protocol == "udp" else "tcp", source, what)
