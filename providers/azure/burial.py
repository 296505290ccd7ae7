"""What a machine that failed, or was refused, leaves behind: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.names import machine_name
from providers.azure.parts import Subject, remove_machine, sweep
from providers.azure.vm_reads import check, find_vm
from providers.contract.errors import CloudError, DeadlineError
from providers.contract.types import MachineRequest, Owner
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.mgmt.compute.models import VirtualMachine

BURIAL = 300.0
"""Seconds to see a machine that failed really gone with its parts, whatever the caller's
deadline is: what is left would cost money."""


def bury(
    calls: Calls, vm: VirtualMachine, owner: Owner, *, because: CloudError | None = None
) -> None:
    """Remove a machine that will never run, with all its parts.

    `because`: the failure that led here; where the removal fails too, the error raised says
    both. Raises DeadlineError when something is still there in the end.
    """
    try:
        remove_machine(calls, Subject.of(vm, owner), Deadline.after(BURIAL))
    except CloudError as second:
        if because is None:
            raise
        raise _left_over(second, because) from because


def leave_nothing(calls: Calls, group: str, request: MachineRequest, error: CloudError) -> None:
    """See that a request that ended in `error` has left nothing, by name and by token."""
    name = machine_name(request.token)
    try:
        vm = find_vm(calls, group, name)
        if vm is not None:
            check(vm, request.token, request.owner)
            bury(calls, vm, request.owner)
        else:
            subject = Subject(group, name, request.owner, request.token)
            sweep(calls, subject, Deadline.after(BURIAL))
    except CloudError as second:
        raise _left_over(second, error) from error


def _left_over(second: CloudError, first: CloudError) -> CloudError:
    """The error for a failure whose clean-up failed too: what is left comes first."""
    return DeadlineError(
        f"{first.message}; and what was left of the machine could not be removed: {second.message}",
        provider=PROVIDER,
        operation=second.operation,
        code=second.code or first.code,
        request_id=second.request_id,
        advice="run again, or `down`: what carries our tags is found and removed",
    )
