"""A machine's parts (interface, public address, disk) and the removal of all of it.

Azure removes the parts with the machine (`deleteOption`). That is looked after here, since a
machine that failed half made may leave some, and what is left would cost money.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.azure.addresses import interface_ids
from providers.azure.calls import Calls
from providers.azure.deletion import delete
from providers.azure.ids import key_of, parse_id
from providers.azure.names import disk_name
from providers.azure.tags import is_owned, read_tags
from providers.azure.words import word
from providers.contract.types import TAG_TOKEN, Owner
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.mgmt.compute.models import OSDisk, VirtualMachine

GOES, STAYS = "Delete", "Detach"
"""What becomes of a part when its machine goes (`deleteOption`)."""


@dataclass(frozen=True)
class Subject:
    """The machine that goes: its place, whose it is, and what is known of its parts."""

    group: str
    name: str
    owner: Owner
    token: str
    parts: frozenset[str] = frozenset()
    """Ids (`key_of`) of parts that the machine itself named."""

    @classmethod
    def of(cls, vm: VirtualMachine, owner: Owner) -> Subject:
        """Of a VM as Azure shows it."""
        place = parse_id(vm.id or "")
        ids = [*interface_ids(vm), *filter(None, [disk_id(vm)])]
        token = read_tags(vm.tags).get(TAG_TOKEN, "")
        return cls(place.group, place.name, owner, token, frozenset(map(key_of, ids)))

    def has(self, id: str | None, tags: dict[str, str] | None) -> bool:
        """Whether this is a part of it, and its owner's."""
        if not is_owned(tags, self.owner):
            return False
        mine = bool(self.token) and read_tags(tags).get(TAG_TOKEN) == self.token
        return mine or key_of(id or "") in self.parts


def disk_id(vm: VirtualMachine) -> str | None:
    """The id of its root disk, once it has one."""
    disk = _root_disk(vm)
    return disk.managed_disk.id if disk is not None and disk.managed_disk is not None else None


def parts_that_go(vm: VirtualMachine) -> list[str]:
    """The ids of its root disk and interfaces, as far as Azure removes them with it: not
    those that were there before it, and stay when it goes."""
    profile = vm.properties.network_profile if vm.properties is not None else None
    listed = (profile.network_interfaces if profile is not None else None) or []
    interfaces = [
        one.id for one in listed if one.properties and word(one.properties.delete_option) == GOES
    ]
    disk = _root_disk(vm)
    goes = disk is not None and word(disk.delete_option) == GOES
    return [id for id in (disk_id(vm) if goes else None, *interfaces) if id]


def _root_disk(vm: VirtualMachine) -> OSDisk | None:
    storage = vm.properties.storage_profile if vm.properties is not None else None
    return storage.os_disk if storage is not None else None


def remove_machine(calls: Calls, subject: Subject, limit: Deadline) -> None:
    """Remove a machine and what it left, and return when all is gone. Safe to call twice.

    The machine is not shut down but cut off (`forceDeletion`): what is on it goes with it, and
    Azure takes a third of the time.
    """
    delete(calls, "machine", subject.group, subject.name, limit)
    sweep(calls, subject, limit)


def sweep(calls: Calls, subject: Subject, limit: Deadline) -> None:
    """Remove the parts that are still there: three reads, and mostly no more."""
    with ThreadPoolExecutor(max_workers=3) as pool:
        interfaces = pool.submit(_interfaces, calls, subject)
        addresses = pool.submit(_addresses, calls, subject)
        disk = pool.submit(_disk, calls, subject)
        for name in interfaces.result():
            delete(calls, "interface", subject.group, name, limit)
        for name in disk.result():
            delete(calls, "disk", subject.group, name, limit)
        for name in addresses.result():
            delete(calls, "address", subject.group, name, limit)


def _interfaces(calls: Calls, subject: Subject) -> list[str]:
    def send() -> list[str]:
        listed = calls.clients.network.network_interfaces.list(subject.group)
        return [one.name or "" for one in listed if subject.has(one.id, one.tags)]

    return calls.find("networkInterfaces.list", send) or []


def _addresses(calls: Calls, subject: Subject) -> list[str]:
    def send() -> list[str]:
        listed = calls.clients.network.public_ip_addresses.list(subject.group)
        return [one.name or "" for one in listed if subject.has(one.id, one.tags)]

    return calls.find("publicIPAddresses.list", send) or []


def _disk(calls: Calls, subject: Subject) -> list[str]:
    named = [id for id in subject.parts if parse_id(id).kind == "disks"]
    name = parse_id(named[0]).name if named else disk_name(subject.token)
    found = calls.find("disks.get", lambda: calls.clients.compute.disks.get(subject.group, name))
    return [name] if found is not None and subject.has(found.id, found.tags) else []
