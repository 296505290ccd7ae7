"""The machines of one environment as they know each other: names, addresses, ports. Pure.

Inside one place they go by their private addresses, from place to place by their public ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from orchestrator.engine.create import say_hosts
from orchestrator.spec.model import Opening
from providers.contract.types import CloudMachine, Place, PortRule

__all__ = ["say_hosts"]

BETWEEN = "between: "
"""What the description of a rule begins with that lets one machine in."""

Hosts = tuple[tuple[str, str], ...]
"""Names of machines, each with its address."""


@dataclass(frozen=True)
class Neighbour:
    """One machine, and where others reach it; `private` is empty where it has no such address."""

    name: str
    place: Place
    public: str
    private: str

    def seen_from(self, place: Place) -> str:
        """The address that a machine in `place` reaches it at, and comes from there."""
        return self.private if self.private and place == self.place else self.public


def neighbour(name: str, machine: CloudMachine) -> Neighbour:
    """A machine that runs and has an address."""
    return Neighbour(name, machine.place, machine.address or "", machine.private_address or "")


def hosts_in(place: Place, neighbours: Iterable[Neighbour]) -> Hosts:
    """What each machine in `place` calls its neighbours, itself among them. By name: in
    whichever order the project has them, nothing is different."""
    return tuple(sorted((each.name, each.seen_from(place)) for each in neighbours))


def say_difference(before: str, after: str) -> str:
    """What has become of the names, for a person; both as `say_hosts` writes them."""
    old, new = _read(before), _read(after)
    if not new:
        return "the names of its neighbours are no longer asked for"
    joined = [name for name in new if name not in old]
    moved = [
        f"{name} is at {new[name]} now" for name in new if old.get(name, new[name]) != new[name]
    ]
    left = [name for name in old if name not in new]
    words = [say_joined(joined)] if joined else []
    words += moved
    words += [f"{', '.join(left)} {'is' if len(left) == 1 else 'are'} gone"] if left else []
    return "; ".join(words) or "its neighbours are in another order"


def say_joined(names: Sequence[str]) -> str:
    """That there are new neighbours."""
    return f"{', '.join(names)} {'joins' if len(names) == 1 else 'join'} the neighbours"


def peer_rules(
    openings: Iterable[Opening], place: Place, neighbours: Sequence[Neighbour]
) -> tuple[PortRule, ...]:
    """The ingress that lets every neighbour reach `openings` of the machines in `place`."""
    sources: dict[str, list[str]] = {}
    for each in neighbours:
        sources.setdefault(each.seen_from(place), []).append(each.name)
    return tuple(
        PortRule(
            opening.port, opening.protocol, _alone(address), BETWEEN + ", ".join(sorted(names))
        )
        for opening in openings
        for address, names in sources.items()
    )


def is_between(rule: PortRule) -> bool:
    """Whether a rule that stands was made by `peer_rules`."""
    return rule.description.startswith(BETWEEN)


def _alone(address: str) -> str:
    return f"{address}/{ip_address(address).max_prefixlen}"


def _read(said: str) -> dict[str, str]:
    pairs = (each.partition(" ") for each in said.split(", ") if " " in each)
    return {name: address for name, _, address in pairs}
