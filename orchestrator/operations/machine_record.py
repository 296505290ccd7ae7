"""From a cloud's view of a machine to our record of it."""

from __future__ import annotations

from orchestrator.operations.context import Context
from orchestrator.state.machines import MachineRecord
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_HOST_KEY_NEXT,
    TAG_TRUST,
    CloudMachine,
)


def record_machine(context: Context, machine: CloudMachine) -> MachineRecord:
    """Write down a machine as the cloud shows it, with the pin its tags carry, and make
    it known to later operations. An earlier record of the same VM keeps its pins."""
    known = context.store.machines.all().get(machine.name)
    keep = known if known is not None and known.id == machine.id else None
    record = MachineRecord(
        name=machine.name,
        target=machine.target,
        provider=machine.provider,
        region=machine.region,
        id=machine.id,
        token=machine.token,
        address=machine.address or "",
        pin=keep.pin if keep else machine.tags.get(TAG_HOST_KEY, ""),
        pin_next=keep.pin_next if keep else machine.tags.get(TAG_HOST_KEY_NEXT, ""),
        rotated=keep.rotated if keep else machine.tags.get(TAG_TRUST) == "rotated",
        host_key=keep.host_key if keep else "",
    )
    if record != known:
        context.store.machines.save(record)
    context.results.put_machine(machine)
    context.fleet.assign(machine.name, record.address, machine.id)
    return record
