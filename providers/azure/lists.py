"""Azure's lists of one kind each: of the whole subscription, or of the named group alone.

Each is read to its last page; what is in another region is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from providers.azure.calls import Calls
from providers.azure.ids import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azure.mgmt.compute.models import Disk, InstanceViewStatus, VirtualMachine
    from azure.mgmt.network.models import (
        NetworkInterface,
        NetworkSecurityGroup,
        PublicIPAddress,
        VirtualNetwork,
    )


class Located(Protocol):
    """Anything in a region."""

    @property
    def location(self) -> str | None: ...


L = TypeVar("L", bound=Located)


def machines(calls: Calls) -> list[VirtualMachine]:
    vms = calls.clients.compute.virtual_machines
    if (group := calls.group) is None:
        return calls.read("virtualMachines.listAll", lambda: _here(calls, vms.list_all()))
    return calls.read("virtualMachines.list", lambda: _here(calls, vms.list(group)))


def machine_statuses(calls: Calls) -> dict[str, Sequence[InstanceViewStatus]]:
    """The run-time states of all machines of the subscription, by `key_of` their ids. The
    list with states has no more than these, so it stands beside the other one."""

    def send() -> dict[str, Sequence[InstanceViewStatus]]:
        from providers.azure.instances import statuses_of

        listed = calls.clients.compute.virtual_machines.list_all(status_only="true")
        return {key_of(one.id or ""): statuses_of(one) for one in listed}

    return calls.read("virtualMachines.listAll", send)


def disks(calls: Calls) -> list[Disk]:
    kind = calls.clients.compute.disks
    if (group := calls.group) is None:
        return calls.read("disks.list", lambda: _here(calls, kind.list()))
    return calls.read(
        "disks.listByResourceGroup", lambda: _here(calls, kind.list_by_resource_group(group))
    )


def interfaces(calls: Calls) -> list[NetworkInterface]:
    kind = calls.clients.network.network_interfaces
    if (group := calls.group) is None:
        return calls.read("networkInterfaces.listAll", lambda: _here(calls, kind.list_all()))
    return calls.read("networkInterfaces.list", lambda: _here(calls, kind.list(group)))


def addresses(calls: Calls) -> list[PublicIPAddress]:
    kind = calls.clients.network.public_ip_addresses
    if (group := calls.group) is None:
        return calls.read("publicIPAddresses.listAll", lambda: _here(calls, kind.list_all()))
    return calls.read("publicIPAddresses.list", lambda: _here(calls, kind.list(group)))


def firewalls(calls: Calls) -> list[NetworkSecurityGroup]:
    kind = calls.clients.network.network_security_groups
    if (group := calls.group) is None:
        return calls.read("networkSecurityGroups.listAll", lambda: _here(calls, kind.list_all()))
    return calls.read("networkSecurityGroups.list", lambda: _here(calls, kind.list(group)))


def networks(calls: Calls) -> list[VirtualNetwork]:
    kind = calls.clients.network.virtual_networks
    if (group := calls.group) is None:
        return calls.read("virtualNetworks.listAll", lambda: _here(calls, kind.list_all()))
    return calls.read("virtualNetworks.list", lambda: _here(calls, kind.list(group)))


def _here(calls: Calls, listed: Iterable[L]) -> list[L]:
    return [one for one in listed if (one.location or "").lower() == calls.region.lower()]
