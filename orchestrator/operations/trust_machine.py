"""First connection: verified, and afterwards by a host key that nobody but the machine holds."""

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
from orchestrator.operations.published_key import has_own_key, wait_for_published_key
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

    A machine that made its first key itself (it booted by startup script) keeps it: the key
    is read over the cloud's API, pinned, and then verified. Any other gets a new one.

    The order keeps every crash harmless: a pin is in the state before a connection relies on
    it, and the new one in state and tag before the machine shows it; the old one is dropped
    only after a connection verified the new.
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
        detail = "meet it, and trust a key that only it holds"
        return PlannedChange("update", "host key", self.name, self.target, self.name, detail)

    def apply(self, context: Context) -> bool:
        machine = self._running(context)
        record = context.store.machines.all()[self.name]
        if not record.pins:
            record = self._pin_published_key(context, machine, record)
        connection = self._connect(context, machine, record)
        if record.rotated:
            return False
        if has_own_key(context, machine, record):
            self._keep_key(context, machine, record, connection)
        else:
            self._rotate(context, machine, record, connection)
        return True

    def _pin_published_key(
        self, context: Context, machine: CloudMachine, record: MachineRecord
    ) -> MachineRecord:
        provider = context.providers.get(machine.provider, machine.region)
        public = wait_for_published_key(context, self, provider, machine)
        record = replace(record, pin=fingerprint(public))
        context.store.machines.save(record)
        return record

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

    def _keep_key(
        self,
        context: Context,
        machine: CloudMachine,
        record: MachineRecord,
        connection: Connection,
    ) -> None:
        """Settle on the key that the connection has just verified."""
        provider = context.providers.get(machine.provider, machine.region)
        provider.set_tags(machine, {TAG_HOST_KEY: record.pin, TAG_TRUST: "rotated"})
        public = connection.host_key
        context.store.machines.save(replace(record, rotated=True, host_key=public))
        context.store.requests.erase(record.token)

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
