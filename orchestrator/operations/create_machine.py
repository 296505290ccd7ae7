"""Create one VM: persisted request first, then the call, then the record."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.machines.boot import render_user_data
from orchestrator.machines.families import family_of_target
from orchestrator.machines.hostkeys import fingerprint, generate_host_key
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import render_script
from orchestrator.operations.context import Context, Ground
from orchestrator.operations.fleet import SSH_USER
from orchestrator.operations.machine_record import machine_resource, record_machine
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Fallback, PlannedChange
from orchestrator.spec.model import Target
from providers.contract.errors import CapacityError, TokenSpentError
from providers.contract.provider import Provider
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_MACHINE,
    TAG_MADE_AS,
    TAG_TARGET,
    TAG_TOKEN,
    TAG_TRUST,
    MachineRequest,
    Offer,
)

BOOT_DEADLINE = 600.0
"""Seconds a cloud may take from the create call to a running machine with an address."""
CLEAN_UP_DEADLINE = 300.0
MIB = 1024**2
LABEL_LENGTH = 63
"""Characters of a label value on the strictest cloud (GCE)."""


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
        # A request that an earlier run persisted and did not see the end of goes first:
        # the same bytes with the same token can only lead to the same machine.
        if pending is not None and self._made(context, provider, pending, "a new request"):
            return True
        ground = context.results.ground(self.target.name)
        for offer, zone in ground.places():
            request = self._request(context, offer, zone, ground)
            context.store.requests.save(request)
            if self._made(context, provider, request, "the next zone"):
                return True
        raise CapacityError(
            f"nothing in {self.target.region} has room for {self.size} ({self.target.arch})",
            provider=self.target.provider,
            advice="try another size, region or market for this target",
        )

    def _made(
        self, context: Context, provider: Provider, request: MachineRequest, instead: str
    ) -> bool:
        """Converge on the request's machine and record it. False, with an event and with
        nothing left behind, when it cannot be made there or its token is used up."""
        context.cancel.check()
        try:
            machine = provider.ensure_machine(request, deadline=BOOT_DEADLINE)
        except (CapacityError, TokenSpentError) as error:
            if isinstance(error, CapacityError):
                self._clean_up(context, provider, request)
            context.store.requests.erase(request.token)
            reason = f"{error.code} {error.message}".strip()
            context.sink.emit(Fallback(f"{request.type} in {request.zone}", instead, reason))
            return False
        record_machine(context, machine)
        return True

    def _request(self, context: Context, offer: Offer, zone: str, ground: Ground) -> MachineRequest:
        owner = context.owner
        token = f"{self.name}-{uuid.uuid4().hex[:20]}"
        hostname = f"{owner.project}-{owner.environment}-{self.name}"
        host_key = generate_host_key(hostname)
        user_data = render_user_data(
            hostname=hostname,
            user=SSH_USER,
            authorized_key=self.public_key,
            host_key=host_key,
            script=render_script(
                load_playbook("docker"), family_of_target(self.target.os), user=SSH_USER
            ),
        )
        return MachineRequest(
            token=token,
            name=self.name,
            owner=owner,
            target=self.target.name,
            region=self.target.region,
            zone=zone,
            type=offer.type,
            image=ground.image,
            disk_gib=self.target.disk,
            market=self.target.market,
            key=ground.network.key,
            firewall=ground.network.firewall,
            subnet=ground.network.subnets[zone],
            tags={
                **owner.tags,
                TAG_TARGET: self.target.name,
                TAG_MACHINE: self.name,
                TAG_TOKEN: token,
                TAG_HOST_KEY: fingerprint(host_key.public),
                TAG_TRUST: "initial",
                TAG_MADE_AS: made_as(self.target),
                "Name": hostname,
            },
            user_data=user_data,
        )

    def _clean_up(self, context: Context, provider: Provider, request: MachineRequest) -> None:
        """Leave nothing of a failed try. Raises when that fails: better to stop and say
        so than to move on and leak."""
        left = provider.find_machine(request.token, context.owner)
        if left is not None:
            provider.destroy(machine_resource(left), context.owner, deadline=CLEAN_UP_DEADLINE)


def made_as(target: Target) -> str:
    """What a target asks of each machine, in the characters a GCE label value may have."""
    size = target.size
    words = [
        size.type or "",
        f"{size.cpu}cpu" if size.cpu is not None else "",
        f"{size.memory // MIB}mib" if size.memory is not None else "",
        f"{target.disk}gib-disk",
        target.os,
        target.arch,
        target.market if target.market == "spot" else "",
    ]
    text = "-".join(word for word in words if word).lower()
    return re.sub(r"[^a-z0-9_-]", "-", text)[:LABEL_LENGTH]
