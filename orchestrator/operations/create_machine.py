"""Create one VM: persisted request first, then the call, then the record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.machines.boot import render_user_data
from orchestrator.machines.hostkeys import fingerprint, generate_host_key
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import render_script
from orchestrator.operations.context import Context
from orchestrator.operations.fleet import SSH_USER
from orchestrator.operations.machine_record import machine_resource, record_machine
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Fallback, PlannedChange
from orchestrator.spec.model import Target
from providers.contract.errors import CapacityError
from providers.contract.provider import Provider
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    TAG_TRUST,
    Image,
    MachineRequest,
    Network,
    Offer,
    Requirement,
)

BOOT_DEADLINE = 600.0
"""Seconds a cloud may take from the create call to a running machine with an address."""
CLEAN_UP_DEADLINE = 300.0


@dataclass(frozen=True, kw_only=True)
class CreateMachine(Operation):
    """One new machine of a target, wherever in the region there is room."""

    kind: ClassVar[str] = "machine"

    name: str
    target: Target
    public_key: str
    size: str

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    @property
    def detail(self) -> str:
        target = self.target
        market = ", spot" if target.market == "spot" else ""
        return f"{target.provider} {target.region}, {self.size}, {target.os} {target.arch}{market}"

    def describe(self) -> PlannedChange:
        return PlannedChange(
            "create", "machine", self.name, self.target.name, self.name, self.detail
        )

    def apply(self, context: Context) -> bool:
        provider = context.providers.get(self.target.provider, self.target.region)
        pending = context.store.requests.all().get(self.name)
        if pending is not None:
            # An earlier run was stopped between persisting and recording. The same bytes
            # with the same token can only lead to the same machine.
            self._converge(context, provider, pending)
            return True
        image = provider.resolve_image(self.target.os, self.target.arch)
        network = context.results.network(self.target.name)
        refusals: list[CapacityError] = []
        for offer, zone in self._places(provider, network):
            request = self._request(context, offer, zone, image, network)
            context.store.requests.save(request)
            try:
                self._converge(context, provider, request)
            except CapacityError as error:
                self._clean_up(context, provider, request)
                refusals.append(error)
                context.sink.emit(
                    Fallback(
                        what=f"{offer.type} in {zone}",
                        instead="the next zone",
                        reason=f"{error.code} {error.message}".strip(),
                    )
                )
                if error.scope != "zone":
                    break
                continue
            return True
        raise self._no_room(refusals)

    def _places(self, provider: Provider, network: Network) -> Iterator[tuple[Offer, str]]:
        size = self.target.size
        requirement = Requirement(
            cpu=size.cpu,
            memory=size.memory,
            type=size.type,
            arch=self.target.arch,
            market=self.target.market,
        )
        for offer in provider.offers(requirement, self.target.zone)[:1]:
            for zone in offer.zones:
                if zone in network.subnets:
                    yield offer, zone

    def _request(
        self, context: Context, offer: Offer, zone: str, image: Image, network: Network
    ) -> MachineRequest:
        owner = context.owner
        token = f"{self.name}-{uuid.uuid4().hex[:20]}"
        hostname = f"{owner.project}-{owner.environment}-{self.name}"
        host_key = generate_host_key(hostname)
        user_data = render_user_data(
            hostname=hostname,
            user=SSH_USER,
            authorized_key=self.public_key,
            host_key=host_key,
            script=render_script(load_playbook("docker"), self.target.os),
        )
        return MachineRequest(
            token=token,
            name=self.name,
            owner=owner,
            target=self.target.name,
            region=self.target.region,
            zone=zone,
            type=offer.type,
            image=image,
            disk_gib=self.target.disk,
            market=self.target.market,
            key=network.key,
            firewall=network.firewall,
            subnet=network.subnets[zone],
            tags={
                **owner.tags,
                TAG_TARGET: self.target.name,
                TAG_MACHINE: self.name,
                TAG_TOKEN: token,
                TAG_HOST_KEY: fingerprint(host_key.public),
                TAG_TRUST: "initial",
                "Name": hostname,
            },
            user_data=user_data,
        )

    def _converge(self, context: Context, provider: Provider, request: MachineRequest) -> None:
        context.cancel.check()
        machine = provider.ensure_machine(request, deadline=BOOT_DEADLINE)
        record_machine(context, machine)

    def _clean_up(self, context: Context, provider: Provider, request: MachineRequest) -> None:
        """Leave nothing of a failed try. Raises when that fails: better to stop and say
        so than to move on and leak."""
        left = provider.find_machine(request.token, context.owner)
        if left is not None:
            provider.destroy(machine_resource(left), context.owner, deadline=CLEAN_UP_DEADLINE)
        context.store.requests.erase(request.token)

    def _no_room(self, refusals: list[CapacityError]) -> CapacityError:
        if refusals:
            last = refusals[-1]
            last.advice = last.advice or "try another size, region or market for this target"
            return last
        return CapacityError(
            f"nothing in {self.target.region} offers {self.size} ({self.target.arch})",
            provider=self.target.provider,
            advice="ask for another size or region",
        )
