"""Everything of one owner in the region: four lists side by side, each to its last page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.contract.resources import machine_resource
from providers.contract.types import (
    TAG_TARGET,
    Listing,
    Owner,
    Resource,
    ResourceKind,
)
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import PROVIDER
from providers.gcp.firewall import is_ours, read_rules
from providers.gcp.ingress import FirewallRule, standing
from providers.gcp.instances import to_machine
from providers.gcp.labels import owned_by
from providers.gcp.names import last, located, network_tag
from providers.gcp.pages import PAGE, of_region, whole

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute


@dataclass(frozen=True)
class Survey:
    """One survey of a region. The wall time of `run` is that of the slowest list, not their
    sum."""

    calls: Calls
    page: int = PAGE

    def run(self, owner: Owner) -> Listing:
        """All machines that live and all resources of the owner's, the machines among them."""
        mine = owned_by(owner)
        with ThreadPoolExecutor(max_workers=3) as pool:
            disks = pool.submit(self.disks, mine)
            rules = pool.submit(read_rules, self.calls)
            addresses = pool.submit(self.addresses, mine)
            instances = self.instances(mine)
            machines = [
                machine
                for machine in (to_machine(item, self.calls.region) for item in instances)
                if machine.state != "terminated"
            ]
            resources = [
                *as_disks(disks.result(), instances, self.calls.region),
                *addresses.result(),
                *self._firewalls(rules.result(), owner),
            ]
        machines.sort(key=lambda machine: (machine.target, machine.name, machine.id))
        return Listing(
            machines=tuple(machines),
            resources=tuple(map(machine_resource, machines)) + tuple(resources),
        )

    def instances(self, filter: str) -> list[compute.Instance]:
        """The region's instances that the filter leaves."""
        from google.cloud.compute_v1.types import compute

        operation = "instances.aggregatedList"

        def send() -> list[compute.Instance]:
            asked = compute.AggregatedListInstancesRequest(
                project=self.calls.project, max_results=self.page
            )
            if filter:
                asked.filter = filter
            listed = self.calls.clients.instances.aggregated_list(
                asked, retry=None, timeout=CALL_SECONDS
            )
            parts: Iterator[compute.InstancesScopedList] = of_region(
                listed.pages, self.calls.region, operation
            )
            return [item for part in parts for item in part.instances]

        return self.calls.read(operation, send)

    def disks(self, filter: str) -> list[compute.Disk]:
        """The region's zonal disks that the filter leaves."""
        from google.cloud.compute_v1.types import compute

        operation = "disks.aggregatedList"

        def send() -> list[compute.Disk]:
            asked = compute.AggregatedListDisksRequest(
                project=self.calls.project, max_results=self.page
            )
            if filter:
                asked.filter = filter
            listed = self.calls.clients.disks.aggregated_list(
                asked, retry=None, timeout=CALL_SECONDS
            )
            parts: Iterator[compute.DisksScopedList] = of_region(
                listed.pages, self.calls.region, operation
            )
            return [item for part in parts for item in part.disks]

        return self.calls.read(operation, send)

    def addresses(self, filter: str) -> list[Resource]:
        """The region's reserved addresses that the filter leaves."""
        from google.cloud.compute_v1.types import compute

        region = self.calls.region

        def send() -> list[Resource]:
            asked = compute.ListAddressesRequest(
                project=self.calls.project, region=region, max_results=self.page
            )
            if filter:
                asked.filter = filter
            listed = self.calls.clients.addresses.list(asked, retry=None, timeout=CALL_SECONDS)
            items: Iterator[compute.Address] = whole(listed.pages, "addresses.list")
            return [
                resource("address", located(region, item.name), item.name, item.labels, region)
                for item in items
            ]

        return self.calls.read("addresses.list", send)

    def _firewalls(self, rules: Iterable[FirewallRule], owner: Owner) -> list[Resource]:
        """One resource for all rules of a target."""
        by_target: dict[str, list[FirewallRule]] = {}
        for rule in rules:
            if is_ours(rule, owner):
                by_target.setdefault(rule.tags[TAG_TARGET], []).append(rule)
        return [
            Resource(
                kind="firewall",
                id=network_tag(owner, target),
                name=network_tag(owner, target),
                provider=PROVIDER,
                region=self.calls.region,
                target=target,
                tags=dict(found[0].tags),
                rules=standing(found),
            )
            for target, found in sorted(by_target.items())
        ]


def as_disks(
    disks: Iterable[compute.Disk], instances: Iterable[compute.Instance], region: str
) -> list[Resource]:
    """Disks, each with the machine it goes away with, if any."""
    goes_with = {
        _place(attached.source): located(last(instance.zone), instance.name)
        for instance in instances
        for attached in instance.disks
        if attached.auto_delete
    }
    return [
        resource(
            "disk",
            located(last(disk.zone), disk.name),
            disk.name,
            disk.labels,
            region,
            within=goes_with.get(located(last(disk.zone), disk.name), ""),
        )
        for disk in sorted(disks, key=lambda one: str(one.name))
        if disk.status != "DELETING"
    ]


def _place(link: str) -> str:
    """Zone and name of a disk's URL (`.../zones/us-central1-a/disks/name`)."""
    parts = link.split("/")
    return located(parts[-3], parts[-1]) if len(parts) > 3 else link


def resource(
    kind: ResourceKind,
    id: str,
    name: str,
    labels: Mapping[str, str],
    region: str,
    *,
    within: str = "",
) -> Resource:
    """A resource with labels, as the contract has it."""
    tags = dict(labels)
    return Resource(
        kind=kind,
        id=id,
        name=name,
        provider=PROVIDER,
        region=region,
        target=tags.get(TAG_TARGET),
        tags=tags,
        within=within,
    )
