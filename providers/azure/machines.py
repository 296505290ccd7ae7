"""Machines: made once for a token, and found by it."""

from __future__ import annotations

from providers.azure.addresses import read_addresses
from providers.azure.birth import Birth
from providers.azure.calls import Calls
from providers.azure.group import working_group
from providers.azure.instances import provisioning, to_machine
from providers.azure.names import machine_name
from providers.azure.sizes import Sizes
from providers.azure.vm_reads import check, find_vm
from providers.contract.errors import ForeignResourceError
from providers.contract.types import CloudMachine, MachineRequest, Owner
from providers.contract.waiting import Deadline


def ensure_machine(
    calls: Calls, sizes: Sizes, request: MachineRequest, *, deadline: float
) -> CloudMachine:
    """Converge on one running machine with an address for `request.token`.

    Calling twice, side by side or after a lost answer, gives one machine. Raises DeadlineError
    when it does not run in time (the machine stays, with its tags, and the next call adopts
    it), and CapacityError, QuotaError or another class when Azure refuses or the machine fails
    while it is made; nothing of it is left then.
    """
    return Birth(calls, sizes, request, Deadline.after(deadline)).run()


def find_machine(calls: Calls, token: str, owner: Owner) -> CloudMachine | None:
    """The owner's live machine of that token: two reads."""
    vm = find_vm(calls, working_group(calls, owner), machine_name(token))
    if vm is None or provisioning(vm) == "Deleting":
        return None
    try:
        check(vm, token, owner)
    except ForeignResourceError:
        return None
    return to_machine(vm, calls.region, read_addresses(calls, vm))
