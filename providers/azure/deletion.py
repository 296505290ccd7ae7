"""One delete of one resource in a group: sent, again while something still uses it, and waited
for until it is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.operations import Unpolled, carry_out
from providers.contract.classify import AlreadyDone
from providers.contract.errors import DeadlineError, ThrottledError, TransientError
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.core.polling import LROPoller

Deletable = Literal["machine", "disk", "interface", "address", "firewall", "network"]


def delete(calls: Calls, kind: Deletable, group: str, name: str, limit: Deadline) -> None:
    """Delete it and return when it is gone; what is gone already is fine.

    Each try is an event: a security group waits for the machines that use it, an interface as
    long as Azure keeps it for a machine that was not made (180 seconds). A machine is not shut
    down but cut off (`forceDeletion`): what is on it goes with it, and Azure is done sooner.
    Raises DeadlineError when it is still there, or still in use, at the deadline.
    """
    operation, begin = _way(calls, kind, group, name)
    delete_by(calls, operation, begin, limit, f"{kind} {name}")


def delete_by(
    calls: Calls,
    operation: str,
    begin: Callable[[Unpolled], LROPoller[None]],
    limit: Deadline,
    what: str,
) -> None:
    """Delete `what` by that call; otherwise as `delete`."""
    try:
        carry_out(calls, operation, "delete", begin, limit, what)
    except AlreadyDone:
        return
    except (ThrottledError, TransientError) as error:
        raise DeadlineError(
            f"{what} could not be removed in time: {error.message}",
            provider=PROVIDER,
            operation=operation,
            code=error.code,
            request_id=error.request_id,
            advice="see what still uses it, then run again",
        ) from error


def _way(
    calls: Calls, kind: Deletable, group: str, name: str
) -> tuple[str, Callable[[Unpolled], LROPoller[None]]]:
    """What the call is named, and how it is made."""
    to = calls.clients
    match kind:
        case "machine":
            return (
                "virtualMachines.delete",
                lambda how: to.compute.virtual_machines.begin_delete(
                    group, name, force_deletion=True, polling=how
                ),
            )
        case "disk":
            return (
                "disks.delete",
                lambda how: to.compute.disks.begin_delete(group, name, polling=how),
            )
        case "interface":
            return (
                "networkInterfaces.delete",
                lambda how: to.network.network_interfaces.begin_delete(group, name, polling=how),
            )
        case "address":
            return (
                "publicIPAddresses.delete",
                lambda how: to.network.public_ip_addresses.begin_delete(group, name, polling=how),
            )
        case "firewall":
            return (
                "networkSecurityGroups.delete",
                lambda how: to.network.network_security_groups.begin_delete(
                    group, name, polling=how
                ),
            )
        case "network":
            return (
                "virtualNetworks.delete",
                lambda how: to.network.virtual_networks.begin_delete(group, name, polling=how),
            )
