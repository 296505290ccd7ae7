"""Removing resources: ours only, idempotent, and back when they are really gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from providers.azure.calls import Calls
from providers.azure.deletion import Deletable, delete, delete_by
from providers.azure.errors import PROVIDER
from providers.azure.group import going
from providers.azure.group_contents import look_into
from providers.azure.ids import ResourceId, parse_id
from providers.azure.listing import survey
from providers.azure.parts import Subject, remove_machine
from providers.azure.tags import check_owner, read_tags
from providers.contract.errors import (
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
)
from providers.contract.types import REMOVAL_ORDER, Owner, Resource
from providers.contract.waiting import Deadline

FORCED = "Microsoft.Compute/virtualMachines"
"""What Azure need not shut down before it deletes a group."""


@dataclass(frozen=True)
class Removal:
    """The removal of one resource."""

    calls: Calls
    resource: Resource
    owner: Owner
    limit: Deadline

    def run(self) -> None:
        """Check whose it is against the API, remove it, wait until it is gone.

        What is gone already is fine. Raises ForeignResourceError when it does not carry the
        owner's tags now, whatever the caller's copy says; DeadlineError when it is still
        there, or still in use, at the deadline.
        """
        place = parse_id(self.resource.id, "destroy")
        match self.resource.kind:
            case "group":
                self._group(place.group)
            case "machine":
                self._machine(place)
            case "disk" | "interface" | "address" | "firewall" | "network" as kind:
                self._single(kind, place)
            case _:
                raise InvalidRequestError(
                    f"Azure has nothing of the kind {self.resource.kind!r}",
                    provider=PROVIDER,
                    operation="destroy",
                )

    def _machine(self, place: ResourceId) -> None:
        vms = self.calls.clients
        found = self.calls.find(
            "virtualMachines.get",
            lambda: vms.compute.virtual_machines.get(place.group, place.name),
        )
        if found is None:
            return
        check_owner(f"machine {place.name}", found.tags, self.owner, "virtualMachines.delete")
        remove_machine(self.calls, Subject.of(found, self.owner), self.limit)

    def _single(self, kind: Deletable, place: ResourceId) -> None:
        tags = self._tags(kind, place)
        if tags is not None:
            check_owner(f"{kind} {place.name}", tags, self.owner, "destroy")
            delete(self.calls, kind, place.group, place.name, self.limit)

    def _tags(self, kind: Deletable, place: ResourceId) -> dict[str, str] | None:
        """The tags that it has now; None when it is gone."""
        to, at = self.calls.clients, (place.group, place.name)
        match kind:
            case "disk":
                disk = self.calls.find("disks.get", lambda: to.compute.disks.get(*at))
                return None if disk is None else disk.tags or {}
            case "interface":
                interface = self.calls.find(
                    "networkInterfaces.get", lambda: to.network.network_interfaces.get(*at)
                )
                return None if interface is None else interface.tags or {}
            case "address":
                address = self.calls.find(
                    "publicIPAddresses.get", lambda: to.network.public_ip_addresses.get(*at)
                )
                return None if address is None else address.tags or {}
            case "firewall":
                firewall = self.calls.find(
                    "networkSecurityGroups.get",
                    lambda: to.network.network_security_groups.get(*at),
                )
                return None if firewall is None else firewall.tags or {}
            case _:
                network = self.calls.find(
                    "virtualNetworks.get", lambda: to.network.virtual_networks.get(*at)
                )
                return None if network is None else network.tags or {}

    def _group(self, name: str) -> None:
        """All of a group at once, which Azure does side by side. Never the group that the
        settings name; and of one with something foreign in it, only what is ours."""
        if self.calls.group is not None and self.calls.group.lower() == name.lower():
            raise ForeignResourceError(
                f"resource group {name} is the one that the settings name, and stays",
                provider=PROVIDER,
                operation="resourceGroups.delete",
            )
        found = self._look(name)
        if found is None:
            return
        if not found.going:
            check_owner(f"resource group {name}", found.tags, self.owner, "resourceGroups.delete")
            if look_into(self.calls, name, self.owner).foreign:
                self._ours_only(name)
            self._delete_group(name)
            return
        for _ in self.limit.polls(self.calls.pause):
            if self._look(name) is None:
                return
        raise DeadlineError(
            f"resource group {name} is still being deleted and the time to wait is over",
            provider=PROVIDER,
            operation="resourceGroups.delete",
            advice="run again: what is gone is passed over",
        )

    def _look(self, name: str) -> _Group | None:
        found = self.calls.find(
            "resourceGroups.get",
            lambda: self.calls.clients.resources.resource_groups.get(name),
        )
        return None if found is None else _Group(read_tags(found.tags), going(found))

    def _delete_group(self, name: str) -> None:
        delete_by(
            self.calls,
            "resourceGroups.delete",
            lambda how: self.calls.clients.resources.resource_groups.begin_delete(
                name, force_deletion_types=FORCED, polling=how
            ),
            self.limit,
            f"resource group {name}",
        )

    def _ours_only(self, name: str) -> None:
        """Take what is ours out of the group, kind by kind. Raises ForeignResourceError if
        something is left then: a part that lost its tags has gone with its machine."""
        prefix = f"{self.resource.id.rstrip('/').lower()}/"
        ours = [
            one
            for one in survey(self.calls, self.owner).resources
            if one.kind != "group" and one.id.lower().startswith(prefix)
        ]
        for kind in REMOVAL_ORDER:
            of_kind = [one for one in ours if one.kind == kind]
            with ThreadPoolExecutor(max_workers=max(1, len(of_kind))) as pool:
                list(pool.map(self._remove, of_kind))
        foreign = look_into(self.calls, name, self.owner).foreign
        if not foreign:
            return
        raise ForeignResourceError(
            f"resource group {name} holds {', '.join(foreign)}, which is not ours: "
            "everything of ours in it is removed, and the group stays",
            provider=PROVIDER,
            operation="resourceGroups.delete",
            advice="move or remove it by hand, then run again",
        )

    def _remove(self, resource: Resource) -> None:
        Removal(self.calls, resource, self.owner, self.limit).run()


@dataclass(frozen=True)
class _Group:
    tags: dict[str, str]
    going: bool
