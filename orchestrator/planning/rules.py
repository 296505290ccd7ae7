"""Which ports a target's firewall opens, and to whom. Pure."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestrator.operations.neighbours import is_between
from orchestrator.spec.model import Opening, Service
from orchestrator.spec.ports import SSH_PORT
from orchestrator.who import who
from providers.contract.types import PortRule

EVERYWHERE = "0.0.0.0/0"
LEASE_DAYS = 30
"""How long a deployer's own SSH rule stands; it is renewed when less than `RENEW_DAYS`
are left, so that the rule of a laptop that moved on does not stay for ever."""
RENEW_DAYS = 7

_LEASE = re.compile(r"ssh (?P<owner>\S+) until (?P<until>\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Deployer:
    """Who asks for SSH, from where. `networks` are CIDRs; `dynamic` says that they were
    learned just now and belong to this deployer alone."""

    name: str
    networks: tuple[str, ...]
    dynamic: bool


def deployer_name() -> str:
    """`user@host`, in the characters that a rule's description may hold."""
    return re.sub(r"[^A-Za-z0-9._@-]", "-", f"{who()}@{socket.gethostname()}")


def wanted_rules(
    services: Iterable[Service],
    deployer: Deployer,
    standing: Sequence[PortRule],
    today: date,
    *,
    closed: Collection[Opening] = (),
    peers: Sequence[PortRule] | None = (),
) -> tuple[PortRule, ...]:
    """The exact ingress a target should have.

    Published ports are open to everyone, but for those that are `closed`: they are open to
    the environment's own machines by the rules in `peers`. SSH is open to the deployer.
    Other deployers' SSH rules stay until they expire; this deployer's rules from earlier
    addresses go. Networks that are written down are the only ones: then nobody's lease stays.
    While not all peers are known (None), the rules that stand for them stay.
    """
    if peers is None:
        peers = [rule for rule in standing if is_between(rule)]
    rules = (*_published(services, closed), *_ssh(deployer, standing, today), *peers)
    once = {_place(rule): rule for rule in reversed(rules)}
    return tuple(once[place] for place in sorted(once))


def difference(standing: Sequence[PortRule], wanted: Sequence[PortRule]) -> str:
    """What would change, for a person; empty when nothing would."""
    before = {_place(rule): rule for rule in standing}
    after = {_place(rule): rule for rule in wanted}
    plus = [f"+ {_say(rule)}" for place, rule in after.items() if place not in before]
    renewed = [
        f"~ {_say(rule)} ({rule.description})"
        for place, rule in after.items()
        if place in before and before[place] != rule
    ]
    minus = [f"- {_say(rule)}" for place, rule in before.items() if place not in after]
    return ", ".join(plus + renewed + minus)


def without_lease(standing: Sequence[PortRule], owner: str) -> tuple[PortRule, ...]:
    """The rules but for the SSH rules that `owner` has on lease."""
    return tuple(rule for rule in standing if _lease_owner(rule) != owner)


def _published(services: Iterable[Service], closed: Collection[Opening]) -> Iterable[PortRule]:
    for service in services:
        for port in service.ports:
            if port.published is None or not port.public:
                continue
            if Opening(port.published, port.protocol) not in closed:
                yield PortRule(port.published, port.protocol, EVERYWHERE, "published")


def _ssh(deployer: Deployer, standing: Sequence[PortRule], today: date) -> Iterable[PortRule]:
    kept = [rule for rule in standing if _stays(rule, deployer, today)]
    yield from kept
    # A cloud knows a rule by port and network, not by its words: where another deployer
    # at the same address has opened SSH already, that rule serves both.
    covered = {rule.source for rule in kept}
    lease = f"ssh {deployer.name} until {today + timedelta(days=LEASE_DAYS)}"
    for network in deployer.networks:
        if network not in covered:
            yield PortRule(SSH_PORT, "tcp", network, lease if deployer.dynamic else "ssh")


def _lease_owner(rule: PortRule) -> str | None:
    lease = _LEASE.fullmatch(rule.description) if rule.port == SSH_PORT else None
    return lease["owner"] if lease is not None else None


def _stays(rule: PortRule, deployer: Deployer, today: date) -> bool:
    """Whether an SSH rule that stands now is kept as it is."""
    lease = _LEASE.fullmatch(rule.description) if rule.port == SSH_PORT else None
    if lease is None or not deployer.dynamic:
        return False
    left = date.fromisoformat(lease["until"]) - today
    if lease["owner"] != deployer.name:
        return left > timedelta(0)
    return rule.source in deployer.networks and left > timedelta(days=RENEW_DAYS)


def _place(rule: PortRule) -> tuple[int, str, str]:
    """What makes a rule the same one: its description is only words."""
    return (rule.port, rule.protocol, rule.source)


def _say(rule: PortRule) -> str:
    name = "ssh" if rule.port == SSH_PORT else f"{rule.port}/{rule.protocol}"
    return f"{name} from {'anywhere' if rule.source == EVERYWHERE else rule.source}"
