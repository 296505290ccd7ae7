"""Everything of one owner in the region: lists side by side, each to its last page.

What carries the owner's tags is the owner's, wherever it lies. A machine's root disk, interface
and address that Azure removes with it count as its owner's by the machine that has them where
their own tags were lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.azure import lists
from providers.azure.addresses import listed_addresses, on_interface
from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.group import look_at_group
from providers.azure.ids import key_of, parse_id, same_id
from providers.azure.instances import provisioning, statuses_of, to_machine
from providers.azure.parts import STAYS, parts_that_go
from providers.azure.security_rules import ingress
from providers.azure.tags import is_owned, read_tags
from providers.azure.vm_reads import find_vm
from providers.azure.words import word
from providers.contract.resources import machine_resource
from providers.contract.types import (
    TAG_TARGET,
    CloudMachine,
    Listing,
    Owner,
    PortRule,
    Resource,
    ResourceKind,
)

if TYPE_CHECKING:
    from azure.mgmt.compute.models import Disk, InstanceViewStatus, VirtualMachine
    from azure.mgmt.network.models import (
        NetworkInterface,
        NetworkSecurityGroup,
        PublicIPAddress,
        VirtualNetwork,
    )
    from azure.mgmt.resource.resources.models import ResourceGroup

WIDTH = 8
"""Lists that are read side by side."""


@dataclass(frozen=True)
class Found:
    """What the lists hold, of everybody's."""

    vms: Sequence[VirtualMachine]
    statuses: Mapping[str, Sequence[InstanceViewStatus]]
    disks: Sequence[Disk]
    interfaces: Sequence[NetworkInterface]
    addresses: Sequence[PublicIPAddress]
    firewalls: Sequence[NetworkSecurityGroup]
    networks: Sequence[VirtualNetwork]
    group: ResourceGroup | None


def survey(calls: Calls, owner: Owner) -> Listing:
    """All machines that live and all resources of the owner's, the machines among them. The
    wall time is that of the slowest list, not their sum."""
    # Clients are made here, once, rather than by eight threads that wait for each other.
    calls.once("CreateClient", "read", lambda: (calls.clients.compute, calls.clients.network))
    with ThreadPoolExecutor(max_workers=WIDTH) as pool:
        vms = pool.submit(lists.machines, calls)
        group = pool.submit(look_at_group, calls, owner)
        disks = pool.submit(lists.disks, calls)
        interfaces = pool.submit(lists.interfaces, calls)
        addresses = pool.submit(lists.addresses, calls)
        firewalls = pool.submit(lists.firewalls, calls)
        networks = pool.submit(lists.networks, calls)
        if calls.group is None:
            statuses = lists.machine_statuses(calls)
        else:
            # A group's list comes without run-time states, so ours are asked one by one.
            ours = [vm for vm in vms.result() if is_owned(vm.tags, owner)]
            statuses = dict(pool.map(lambda vm: _status(calls, vm), ours))
        found = Found(
            vms.result(),
            statuses,
            disks.result(),
            interfaces.result(),
            addresses.result(),
            firewalls.result(),
            networks.result(),
            group.result(),
        )
    return Sorted(found, calls.region, owner).listing()


def _status(calls: Calls, vm: VirtualMachine) -> tuple[str, Sequence[InstanceViewStatus]]:
    place = parse_id(vm.id or "")
    found = find_vm(calls, place.group, place.name)
    return key_of(vm.id or ""), statuses_of(found) if found is not None else ()


@dataclass(frozen=True)
class Sorted:
    """The owner's part of what was found. Pure."""

    found: Found
    region: str
    owner: Owner

    def listing(self) -> Listing:
        vms = [
            vm
            for vm in self.found.vms
            if is_owned(vm.tags, self.owner) and provisioning(vm) != "Deleting"
        ]
        interfaces = {key_of(one.id or ""): one for one in self.found.interfaces}
        publics = {key_of(one.id or ""): one for one in self.found.addresses}
        machines = [
            to_machine(
                vm,
                self.region,
                listed_addresses(vm, interfaces, publics),
                self.found.statuses.get(key_of(vm.id or ""), ()),
            )
            for vm in vms
        ]
        machines.sort(key=lambda machine: (machine.target, machine.name, machine.id))
        holders = self._holders(vms, machines, interfaces)
        resources = [
            *(machine_resource(machine, self._within(machine.id)) for machine in machines),
            *self._parts("disk", self.found.disks, holders),
            *self._parts("interface", self.found.interfaces, holders),
            *self._parts("address", self.found.addresses, holders),
            *self._shared("firewall", self.found.firewalls),
            *self._shared("network", self.found.networks),
            *self._group(),
        ]
        return Listing(machines=tuple(machines), resources=tuple(resources))

    def _holders(
        self,
        vms: Sequence[VirtualMachine],
        machines: Sequence[CloudMachine],
        interfaces: Mapping[str, NetworkInterface],
    ) -> dict[str, CloudMachine]:
        """By the id of a part, the machine that it is removed with."""
        by_id = {machine.id: machine for machine in machines}
        holders: dict[str, CloudMachine] = {}
        for vm in vms:
            machine = by_id[vm.id or ""]
            for id in parts_that_go(vm):
                holders[key_of(id)] = machine
                interface = interfaces.get(key_of(id))
                public = on_interface(interface)[1] if interface is not None else None
                if public is not None and public.id and not self._stays(public.id):
                    holders[key_of(public.id)] = machine
        return holders

    def _stays(self, address: str) -> bool:
        """Whether a public address was told to outlive its machine."""
        for one in self.found.addresses:
            if one.id and same_id(one.id, address) and one.properties is not None:
                return word(one.properties.delete_option) == STAYS
        return False

    def _parts(
        self,
        kind: ResourceKind,
        found: Sequence[Disk] | Sequence[NetworkInterface] | Sequence[PublicIPAddress],
        holders: Mapping[str, CloudMachine],
    ) -> list[Resource]:
        parts = []
        for one in found:
            holder = holders.get(key_of(one.id or ""))
            if holder is not None or is_owned(one.tags, self.owner):
                parts.append(self._resource(kind, one, holder=holder))
        return parts

    def _shared(
        self, kind: ResourceKind, found: Sequence[NetworkSecurityGroup] | Sequence[VirtualNetwork]
    ) -> list[Resource]:
        return [
            self._resource(kind, one, rules=rules_of(one))
            for one in found
            if is_owned(one.tags, self.owner)
        ]

    @property
    def _own_group(self) -> ResourceGroup | None:
        """None for one of our name that is another's."""
        group = self.found.group
        return group if group is not None and is_owned(group.tags, self.owner) else None

    def _group(self) -> list[Resource]:
        group = self._own_group
        if group is None:
            return []
        return [
            Resource(
                kind="group",
                id=group.id or "",
                name=group.name or "",
                provider=PROVIDER,
                region=self.region,
                target=None,
                tags=read_tags(group.tags),
            )
        ]

    def _resource(
        self,
        kind: ResourceKind,
        found: Disk | NetworkInterface | PublicIPAddress | NetworkSecurityGroup | VirtualNetwork,
        *,
        holder: CloudMachine | None = None,
        rules: tuple[PortRule, ...] = (),
    ) -> Resource:
        tags = read_tags(found.tags)
        return Resource(
            kind=kind,
            id=found.id or "",
            name=found.name or "",
            provider=PROVIDER,
            region=self.region,
            target=tags.get(TAG_TARGET) or (holder.target if holder is not None else None),
            tags=tags,
            rules=rules,
            within=holder.id if holder is not None else self._within(found.id or ""),
        )

    def _within(self, id: str) -> str:
        """The owner's own group, for what lies in it."""
        group = self._own_group
        if group is None or not group.id:
            return ""
        return group.id if key_of(id).startswith(key_of(group.id) + "/") else ""


def rules_of(found: NetworkSecurityGroup | VirtualNetwork) -> tuple[PortRule, ...]:
    """What a security group lets in; nothing for other kinds."""
    rules = getattr(found.properties, "security_rules", None)
    return ingress(rules).rules
