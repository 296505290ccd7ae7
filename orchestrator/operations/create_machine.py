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
from providers.contract.errors import (
    AuthError,
    CapacityError,
    InvalidRequestError,
    QuotaError,
    TokenSpentError,
)
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
LISTED_AFTER = 60.0
"""Seconds after which a cloud lists what a create call has made."""
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
        ground = context.results.ground(self.target.name)
        pending = context.store.requests.all().get(self.name)
        if pending is not None and self._resume(context, provider, pending, ground):
            return True
        tried = False
        for offer, zone in ground.places():
            tried = True
            request = self._request(context, offer, zone, ground)
            context.store.requests.save(request)
            if self._made(context, provider, request, "the next zone"):
                return True
        raise self._no_room(ground, tried)

    def _resume(
        self, context: Context, provider: Provider, pending: MachineRequest, ground: Ground
    ) -> bool:
        """Go on with a request that an earlier run persisted and did not see the end of:
        the same bytes with the same token can only lead to the same machine.

        Where nothing came of it and the project asks for something else by now, it is
        dropped, with an event.
        """
        here = pending.region == self.target.region
        network = ground.network
        still_wanted = (
            here
            and pending.tags.get(TAG_MADE_AS) == made_as(self.target)
            and self.target.zone in (None, pending.zone)
            and pending.subnet in network.subnets.values()
            and (pending.key, pending.firewall) == (network.key, network.firewall)
        )
        if still_wanted or (here and provider.find_machine(pending.token, context.owner)):
            return self._made(context, provider, pending, "a new request")
        if self.name not in context.store.requests.younger_than(LISTED_AFTER):
            # A younger one may have made a machine that is not listed yet: it is kept, and
            # with it the place to look for what came of it.
            context.store.requests.erase(pending.token)
        context.sink.emit(
            Fallback(
                f"the request for {self.name} that an earlier run left",
                "a new request",
                "the project asks for something else by now, and nothing came of it",
            )
        )
        return False

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
        except (AuthError, InvalidRequestError, QuotaError):
            # Refused for good: sent again it could only be refused again, and the project
            # will have been changed by then.
            context.store.requests.erase(request.token)
            raise
        record_machine(context, machine)
        return True

    def _no_room(self, ground: Ground, tried: bool) -> CapacityError:
        where = self.target.zone or self.target.region
        if tried:
            message = f"no zone of {where} has room for {self.size} ({self.target.arch})"
            advice = "try another size, region or market for this target"
        else:
            zones = ", ".join(sorted(ground.network.subnets)) or "none"
            message = (
                f"{self.size} ({self.target.arch}) is not offered in a zone that has a subnet "
                f"(zones with one: {zones})"
            )
            advice = "try another size, or name a subnet in a zone that has it"
        return CapacityError(message, provider=self.target.provider, advice=advice)

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
        system_of(target),
        target.market if target.market == "spot" else "",
    ]
    return _label("-".join(word for word in words if word))


def system_of(target: Target) -> str:
    """The part of `made_as` that decides which images and which playbook a machine takes."""
    return _label(f"{target.os}-{target.arch}")


def _label(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:LABEL_LENGTH]
