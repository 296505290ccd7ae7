"""What has to stand, and to be known, before a target's machines can be made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.operations.context import Context, Ground
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Action, PlannedChange
from orchestrator.spec.model import Target
from providers.contract.types import NetworkRequest, PortRule, Requirement


@dataclass(frozen=True, kw_only=True)
class PrepareTarget(Operation):
    """Make the target's firewall carry exactly `rules` and its key be there; with
    `for_machines` also find out the image and the types that fit, once for all machines.

    When the firewall stands already (`action` none) it only reads.
    """

    kind: ClassVar[str] = "firewall"

    target: Target
    rules: tuple[PortRule, ...]
    public_key: str
    action: Action
    for_machines: bool
    key_missing: bool = False
    difference: str = ""

    @property
    def subject(self) -> str:
        return self.target.name

    @property
    def detail(self) -> str:
        return self.difference

    def describe(self) -> PlannedChange | None:
        if self.action == "none":
            if not self.key_missing:
                return None
            return PlannedChange("create", "key", self.subject, self.target.name)
        return PlannedChange(
            self.action, "firewall", self.subject, self.target.name, detail=self.difference
        )

    def apply(self, context: Context) -> bool:
        target = self.target
        provider = context.providers.get(target.provider, target.region)
        request = NetworkRequest(
            owner=context.owner,
            target=target.name,
            subnet=target.subnet,
            public_key=self.public_key,
            rules=self.rules,
        )
        if not self.for_machines:
            provider.ensure_network(request)
            return self.action != "none" or self.key_missing
        size = target.size
        requirement = Requirement(size.cpu, size.memory, size.type, target.arch, target.market)
        with ThreadPoolExecutor(2, thread_name_prefix="ground") as pool:
            image = pool.submit(provider.resolve_image, target.os, target.arch)
            offers = pool.submit(provider.offers, requirement, target.zone)
            # A mistake in size, zone or image is found before anything is made.
            found, fitting = image.result(), tuple(offers.result())
        network = provider.ensure_network(request)
        context.results.put_ground(target.name, Ground(network, found, fitting))
        return self.action != "none" or self.key_missing
