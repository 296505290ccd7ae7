"""Open a target's ports to the machines of the environment, once all of them have addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.operations.neighbours import Neighbour, is_between, neighbour, peer_rules
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.reporting.events import PlannedChange
from orchestrator.spec.model import Opening, Target
from providers.contract.types import Place, PortRule


@dataclass(frozen=True, kw_only=True)
class OpenBetween(Operation):
    """Where machines are new their addresses are known only now. Where all were known, the
    firewall's own step has it exact already."""

    kind: ClassVar[str] = "between"

    target: Target
    ways: tuple[PrepareTarget, ...]
    openings: tuple[Opening, ...]
    own: tuple[str, ...]
    """The target's machines."""
    named: tuple[str, ...]
    """All machines of the environment."""

    @property
    def subject(self) -> str:
        return self.target.name

    @property
    def detail(self) -> str:
        ports = ", ".join(map(str, self.openings))
        return f"+ {ports} from the machines of this environment alone"

    def describe(self) -> PlannedChange:
        return PlannedChange(
            "update", "firewall", self.subject, self.target.name, detail=self.detail
        )

    def apply(self, context: Context) -> bool:
        neighbours = [neighbour(name, context.results.machine(name)) for name in self.named]
        lived_in = {context.results.machine(name).place for name in self.own}
        made: dict[tuple[str, str], list[Place]] = {}
        for way in self.ways:
            if way.place not in lived_in:
                continue
            provider = context.providers.get(*way.place)
            network = provider.ensure_network(
                way.request(context, self._rules(way, [way.place], neighbours))
            )
            # Two regions may share one firewall: then it has to serve the machines of both.
            sharing = made.setdefault((way.place.provider, network.firewall), [])
            sharing.append(way.place)
            if len(sharing) > 1:
                provider.ensure_network(way.request(context, self._rules(way, sharing, neighbours)))
        return True

    def _rules(
        self, way: PrepareTarget, places: list[Place], neighbours: list[Neighbour]
    ) -> tuple[PortRule, ...]:
        peers = [rule for place in places for rule in peer_rules(self.openings, place, neighbours)]
        return exact(way.rules, peers)


def exact(rules: tuple[PortRule, ...], peers: list[PortRule]) -> tuple[PortRule, ...]:
    """The rules with these peers in place of those that they had, one for each port and
    source."""
    found = {
        (rule.port, rule.protocol, rule.source): rule
        for rule in (*(rule for rule in rules if not is_between(rule)), *peers)
    }
    return tuple(found[key] for key in sorted(found))
