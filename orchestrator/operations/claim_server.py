"""Make a server that is there already one of ours: by a claim on it, which is its tag."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.machines.hostkeys import fingerprint
from orchestrator.operations.context import Context
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.operation import Operation
from orchestrator.operations.server_record import remember_server
from orchestrator.reporting.events import PlannedChange
from orchestrator.spec.hosts import REGION, SERVERS, Host
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TRUST,
    CloudMachine,
    Image,
    MachineRequest,
)

CLAIM_DEADLINE = 60.0
"""Seconds to write a claim and to have seen it."""


@dataclass(frozen=True, kw_only=True)
class ClaimServer(Operation):
    """Claim a server. Nothing of the request has to outlive a crash: the claim is on the
    server or it is not, and the next run reads which."""

    kind: ClassVar[str] = "claim"

    name: str
    target: str
    host: Host
    found: str
    """What the server is, for people."""

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    @property
    def detail(self) -> str:
        return f"claim {self.host.id}: {self.found}"

    def describe(self) -> PlannedChange:
        return PlannedChange("create", "claim", self.name, self.target, self.name, self.detail)

    def apply(self, context: Context) -> bool:
        remember_server(context, self.host.id)
        context.cancel.check()
        provider = context.providers.get(SERVERS, REGION)
        connection = context.fleet.connection(self.host.id)
        machine = provider.ensure_machine(
            MachineRequest(
                token=f"{self.name}-{secrets.token_hex(10)}",
                name=self.name,
                owner=context.owner,
                target=self.target,
                region=REGION,
                zone=self.host.label,
                type="",
                image=Image("", "", "x86_64", "startup-script", ""),
                disk_gib=0,
                market="on-demand",
                key="",
                firewall="",
                subnet="",
                # `rotated` means: this key has never passed through anybody's user data.
                tags={TAG_HOST_KEY: fingerprint(connection.host_key), TAG_TRUST: "rotated"},
                user_data=b"",
            ),
            deadline=CLAIM_DEADLINE,
        )
        record_machine(context, machine)
        return True


@dataclass(frozen=True, kw_only=True)
class RenameServer(Operation):
    """Give a claimed server the name or the target that the project has for it by now."""

    kind: ClassVar[str] = "claim"

    name: str
    target: str
    cloud: CloudMachine

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    @property
    def detail(self) -> str:
        old = self.cloud
        changes = []
        if old.name != self.name:
            changes.append(f"its name was {old.name}")
        if old.target != self.target:
            changes.append(f"its target was {old.target}")
        return f"{old.id}: {', '.join(changes)}"

    def describe(self) -> PlannedChange:
        return PlannedChange("update", "claim", self.name, self.target, self.name, self.detail)

    def apply(self, context: Context) -> bool:
        provider = context.providers.get(SERVERS, REGION)
        provider.set_tags(self.cloud, {TAG_MACHINE: self.name, TAG_TARGET: self.target})
        before = context.store.machines.all().get(self.cloud.name)
        if before is not None and before.id == self.cloud.id:
            # Two that change names may have met here: then the record is the other one's.
            context.store.machines.forget(self.cloud.name)
        for machine in provider.listing(context.owner).machines:
            if machine.id == self.cloud.id:
                record_machine(context, machine)
        remember_server(context, self.cloud.id)
        return True
