"""What lies in the region and is not the owner's: seen, never touched."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from providers.azure import lists
from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.ids import key_of
from providers.azure.parts import parts_that_go
from providers.azure.security_rules import ingress
from providers.azure.tags import is_owned, read_tags
from providers.contract.types import Owner, Resource, ResourceKind

if TYPE_CHECKING:
    from azure.mgmt.compute.models import Disk, VirtualMachine
    from azure.mgmt.network.models import NetworkSecurityGroup


def foreign(calls: Calls, owner: Owner) -> Sequence[Resource]:
    """Machines, disks and security groups of the region, or of the named group, without the
    owner's tags; root disks that go with the owner's machines are not among them."""
    calls.once("CreateClient", "read", lambda: (calls.clients.compute, calls.clients.network))
    with ThreadPoolExecutor(max_workers=3) as pool:
        vms = pool.submit(lists.machines, calls)
        disks = pool.submit(lists.disks, calls)
        firewalls = lists.firewalls(calls)
    ours = [vm for vm in vms.result() if is_owned(vm.tags, owner)]
    own = {key_of(id) for vm in ours for id in parts_that_go(vm)}
    kinds: tuple[
        tuple[ResourceKind, Sequence[VirtualMachine | Disk | NetworkSecurityGroup]], ...
    ] = (
        ("machine", vms.result()),
        ("disk", [disk for disk in disks.result() if key_of(disk.id or "") not in own]),
        ("firewall", firewalls),
    )
    return tuple(
        Resource(
            kind=kind,
            id=one.id or "",
            name=one.name or "",
            provider=PROVIDER,
            region=calls.region,
            target=None,
            tags=read_tags(one.tags),
            rules=ingress(getattr(one.properties, "security_rules", None)).rules,
        )
        for kind, found in kinds
        for one in found
        if not is_owned(one.tags, owner)
    )
