"""Converge on the firewall and sign-in key of one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Action, PlannedChange
from orchestrator.spec.model import Target
from providers.contract.types import NetworkRequest, PortRule


@dataclass(frozen=True, kw_only=True)
class EnsureNetwork(Operation):
    """Make the target's firewall carry exactly `rules`, and its key be there.

    In every plan that creates machines, because they need the network's ids; when all of
    it stands already (`action` none) it only reads.
    """

    kind: ClassVar[str] = "firewall"

    target: Target
    rules: tuple[PortRule, ...]
    public_key: str
    action: Action
    difference: str = ""

    @property
    def subject(self) -> str:
        return self.target.name

    @property
    def detail(self) -> str:
        return self.difference

    def describe(self) -> PlannedChange | None:
        if self.action == "none":
            return None
        return PlannedChange(
            self.action, "firewall", self.subject, self.target.name, detail=self.difference
        )

    def apply(self, context: Context) -> bool:
        provider = context.providers.get(self.target.provider, self.target.region)
        request = NetworkRequest(
            owner=context.owner,
            target=self.target.name,
            subnet=self.target.subnet,
            public_key=self.public_key,
            rules=self.rules,
        )
        context.results.put_network(self.target.name, provider.ensure_network(request))
        return self.action != "none"
