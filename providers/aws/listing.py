"""Everything of one owner in the region: six describes side by side, each to its last page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.ingress import grants
from providers.aws.instances import LIVE_STATES, to_machine
from providers.aws.tags import from_aws, owned_by, where
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
    from types_boto3_ec2.type_defs import TagTypeDef

PAGE = 1000
"""Resources a page, the most that the describes give. Never left out: without it EC2 may
refuse to answer accounts with many resources."""


@dataclass(frozen=True)
class Survey:
    """One survey of an owner's resources in a region. The wall time of `run` is that of
    the slowest describe, not their sum."""

    calls: Calls
    region: str
    owner: Owner
    page: int = PAGE

    def run(self) -> Listing:
        """All machines that live and all resources of ours, the machines among them."""
        parts: tuple[Callable[[], list[Resource]], ...] = (
            self._volumes,
            self._interfaces,
            self._groups,
            self._keys,
            self._addresses,
        )
        # The client is made here, once, rather than by six threads that wait for each other.
        self.calls.once("CreateClient", "read", lambda: self.calls.clients.ec2)
        with ThreadPoolExecutor(max_workers=len(parts)) as pool:
            running = [pool.submit(part) for part in parts]
            machines = self._machines()
            resources = [resource for part in running for resource in part.result()]
        return Listing(
            machines=tuple(machines),
            resources=tuple(map(machine_resource, machines)) + tuple(resources),
        )

    def _machines(self) -> list[CloudMachine]:
        filters = [*owned_by(self.owner), where("instance-state-name", *LIVE_STATES)]

        def send() -> list[CloudMachine]:
            pages = self.calls.clients.ec2.get_paginator("describe_instances")
            return [
                to_machine(instance, self.region)
                for page in pages.paginate(
                    Filters=filters, PaginationConfig={"PageSize": self.page}
                )
                for reservation in page["Reservations"]
                for instance in reservation.get("Instances", [])
            ]

        found = self.calls.read("DescribeInstances", send)
        return sorted(found, key=lambda machine: (machine.target, machine.name, machine.id))

    def _volumes(self) -> list[Resource]:
        def send() -> list[Resource]:
            pages = self.calls.clients.ec2.get_paginator("describe_volumes")
            return [
                self._resource("disk", item["VolumeId"], item.get("Tags", []))
                for page in pages.paginate(
                    Filters=owned_by(self.owner), PaginationConfig={"PageSize": self.page}
                )
                for item in page["Volumes"]
                if item.get("State") not in ("deleting", "deleted")
            ]

        return self.calls.read("DescribeVolumes", send)

    def _interfaces(self) -> list[Resource]:
        def send() -> list[Resource]:
            pages = self.calls.clients.ec2.get_paginator("describe_network_interfaces")
            return [
                self._resource("interface", item["NetworkInterfaceId"], item.get("TagSet", []))
                for page in pages.paginate(
                    Filters=owned_by(self.owner), PaginationConfig={"PageSize": self.page}
                )
                for item in page["NetworkInterfaces"]
            ]

        return self.calls.read("DescribeNetworkInterfaces", send)

    def _groups(self) -> list[Resource]:
        def send() -> list[Resource]:
            pages = self.calls.clients.ec2.get_paginator("describe_security_groups")
            return [
                self._resource(
                    "firewall",
                    item["GroupId"],
                    item.get("Tags", []),
                    name=item["GroupName"],
                    rules=(grant.rule for grant in grants(item.get("IpPermissions", []))),
                )
                for page in pages.paginate(
                    Filters=owned_by(self.owner), PaginationConfig={"PageSize": self.page}
                )
                for item in page["SecurityGroups"]
            ]

        return self.calls.read("DescribeSecurityGroups", send)

    def _keys(self) -> list[Resource]:
        """Key pairs come in one page: the API has no other."""

        def send() -> list[Resource]:
            answer = self.calls.clients.ec2.describe_key_pairs(Filters=owned_by(self.owner))
            return [
                self._resource("key", item["KeyPairId"], item.get("Tags", []), name=item["KeyName"])
                for item in answer.get("KeyPairs", [])
            ]

        return self.calls.read("DescribeKeyPairs", send)

    def _addresses(self) -> list[Resource]:
        """Elastic IPs come in one page too."""

        def send() -> list[Resource]:
            answer = self.calls.clients.ec2.describe_addresses(Filters=owned_by(self.owner))
            return [
                self._resource(
                    "address", item["AllocationId"], item.get("Tags", []), name=item["PublicIp"]
                )
                for item in answer.get("Addresses", [])
            ]

        return self.calls.read("DescribeAddresses", send)

    def _resource(
        self,
        kind: ResourceKind,
        id: str,
        listed: Iterable[TagTypeDef],
        *,
        name: str = "",
        rules: Iterable[PortRule] = (),
    ) -> Resource:
        tags: Mapping[str, str] = from_aws(listed)
        return Resource(
            kind=kind,
            id=id,
            name=name or tags.get("Name", id),
            provider=PROVIDER,
            region=self.region,
            target=tags.get(TAG_TARGET),
            tags=tags,
            rules=tuple(rules),
        )
