"""First connection: verify the key we made, then replace it with one nobody else saw."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.errors import Unreachable
from orchestrator.machines.hostkeys import fingerprint
from orchestrator.machines.rotation import install_staged_host_key, stage_host_key
from orchestrator.operations.console import with_console
from orchestrator.operations.context import Context
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import PlannedChange
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_HOST_KEY_NEXT,
    TAG_TRUST,
    CloudMachine,
)

if TYPE_CHECKING:
    from orchestrator.machines.connection import Connection
    from orchestrator.state.machines import MachineRecord

RUNNING_DEADLINE = 300.0
"""Seconds a machine found starting may take until it runs and has an address."""
LOOK_AGAIN = 1.0
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
    target: str
    new: bool

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    def describe(self) -> PlannedChange | None:
        if self.new:
            return None
        detail = "meet it and replace its first host key"
        return PlannedChange("update", "host key", self.name, self.target, self.name, detail)

    def apply(self, context: Context) -> bool:
        machine = self._running(context)
        record = context.store.machines.all()[self.name]
        connection = self._connect(context, machine, record)
        if record.rotated:
            return False
        self._rotate(context, machine, record, connection)
        return True

    def _running(self, context: Context) -> CloudMachine:
        """The machine once it runs and has an address: one that an interrupted run left
        may still be starting."""
        machine = context.results.machine(self.name)
        provider = context.providers.get(machine.provider, machine.region)
        until = time.monotonic() + RUNNING_DEADLINE
        while machine.state != "running" or not machine.address:
            if time.monotonic() >= until:
                raise LongshoreError(
                    f"{self.name} ({machine.id}) is {machine.state} and has no address after "
                    f"{RUNNING_DEADLINE:.0f} s",
                    advice="look at it in the cloud's console; `longshore up` goes on with it",
                    exit_code=ExitCode.UNREACHABLE,
                )
            context.cancel.wait(LOOK_AGAIN)
            found = provider.find_machine(machine.token, context.owner)
            if found is None:
                raise LongshoreError(
                    f"{self.name} ({machine.id}) went away while it was starting",
                    advice="run `longshore up` again: it makes another one",
                )
            machine = found
        record_machine(context, machine)
        return machine

    def _connect(
        self, context: Context, machine: CloudMachine, record: MachineRecord
    ) -> Connection:
        try:
            return context.fleet.connect(
                self.name,
                record.address,
                record.pins,
                deadline=CONNECT_DEADLINE if record.rotated else FIRST_CONNECT_DEADLINE,
                booting=not record.rotated,
            )
        except Unreachable as error:
            provider = context.providers.get(machine.provider, machine.region)
            with_console(error, provider, machine)
            raise

    def _rotate(
        self,
        context: Context,
        machine: CloudMachine,
        record: MachineRecord,
        connection: Connection,
    ) -> None:
        provider = context.providers.get(machine.provider, machine.region)
        records = context.store.machines
        if fingerprint(connection.host_key) != record.pin_next:
            pin = fingerprint(stage_host_key(connection))
            record = replace(record, pin_next=pin)
            records.save(record)
            provider.set_tags(machine, {TAG_HOST_KEY_NEXT: pin})
        # Otherwise an earlier run was stopped right after the swap: the machine shows the
        # next key already, and staging another would forget the pin of the one it shows.
        public = install_staged_host_key(connection)
        pin = fingerprint(public)
        fresh = context.fleet.dial(
            self.name, record.address, frozenset({pin}), deadline=CONNECT_DEADLINE
        )
        context.fleet.keep(self.name, fresh)
        provider.set_tags(
            machine, {TAG_HOST_KEY: pin, TAG_TRUST: "rotated", TAG_HOST_KEY_NEXT: None}
        )
        records.save(replace(record, pin=pin, pin_next="", rotated=True, host_key=public))
        context.store.requests.erase(record.token)
