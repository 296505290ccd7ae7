"""First connection: verify the key we made, then replace it with one nobody else saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from orchestrator.machines.hostkeys import fingerprint
from orchestrator.machines.rotation import install_staged_host_key, stage_host_key
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from providers.contract.types import TAG_HOST_KEY, TAG_HOST_KEY_NEXT, TAG_TRUST

FIRST_CONNECT_DEADLINE = 300.0
"""Seconds a machine may take from running to answering SSH with our user in place."""
CONNECT_DEADLINE = 30.0


@dataclass(frozen=True, kw_only=True)
class TrustMachine(Operation):
    """Connect, verified, and make sure that the host key is not the one user data held.

    The order keeps every crash harmless: the new pin is in state and tag before the
    machine shows it, and the old one is dropped only after a connection verified the new.
    """

    kind: ClassVar[str] = "connect"

    name: str

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    def apply(self, context: Context) -> bool:
        machine = context.results.machine(self.name)
        provider = context.providers.get(machine.provider, machine.region)
        records = context.store.machines
        record = records.all()[self.name]
        deadline = CONNECT_DEADLINE if record.rotated else FIRST_CONNECT_DEADLINE
        connection = context.fleet.connect(
            self.name,
            record.address,
            record.pins,
            deadline=deadline,
            booting=not record.rotated,
        )
        if record.rotated:
            return False
        public = stage_host_key(connection)
        pin = fingerprint(public)
        record = replace(record, pin_next=pin)
        records.save(record)
        provider.set_tags(machine, {TAG_HOST_KEY_NEXT: pin})
        install_staged_host_key(connection)
        fresh = context.fleet.dial(
            self.name, record.address, frozenset({pin}), deadline=CONNECT_DEADLINE
        )
        context.fleet.keep(self.name, fresh)
        provider.set_tags(
            machine, {TAG_HOST_KEY: pin, TAG_TRUST: "rotated", TAG_HOST_KEY_NEXT: None}
        )
        records.save(replace(record, pin=pin, pin_next="", rotated=True, host_key=public))
        context.store.requests.erase(record.token)
        return True
