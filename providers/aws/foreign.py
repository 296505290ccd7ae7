"""What else there is in the region: seen, so that nobody is surprised, and never touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.instances import LIVE_STATES
from providers.aws.listing import PAGE
from providers.aws.tags import from_aws, where
from providers.contract.ownership import is_owned
from providers.contract.types import TAG_TARGET, Owner, Resource, ResourceKind

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import TagTypeDef

DEFAULT_GROUP = "default"
"""Every VPC has a security group of this name, which nobody made and nobody can delete."""


@dataclass(frozen=True)
class Bystanders:
    """The instances, volumes and security groups of a region that are not the owner's."""

    calls: Calls
    region: str
    owner: Owner
    page: int = PAGE

    def run(self) -> tuple[Resource, ...]:
        """Three describes side by side, each to its last page. A VPC's default security
        group is left out: it is part of the VPC."""
        parts: tuple[Callable[[], list[Resource]], ...] = (self._volumes, self._groups)
        self.calls.once("CreateClient", "read", lambda: self.calls.clients.ec2)
        with ThreadPoolExecutor(max_workers=len(parts)) as pool:
            running = [pool.submit(part) for part in parts]
            found = self._instances()
            found.extend(resource for part in running for resource in part.result())
        return tuple(resource for resource in found if not is_owned(resource.tags, self.owner))

    def _instances(self) -> list[Resource]:
        def send() -> list[Resource]:
            pages = self.calls.clients.ec2.get_paginator("describe_instances")
            return [
                self._resource("machine", item["InstanceId"], item.get("Tags", []))
                for page in pages.paginate(
                    Filters=[where("instance-state-name", *LIVE_STATES)],
                    PaginationConfig={"PageSize": self.page},
                )
                for reservation in page["Reservations"]
                for item in reservation.get("Instances", [])
            ]

        return self.calls.read("DescribeInstances", send)

    def _volumes(self) -> list[Resource]:
        def send() -> list[Resource]:
            pages = self.calls.clients.ec2.get_paginator("describe_volumes")
            return [
                self._resource("disk", item["VolumeId"], item.get("Tags", []))
                for page in pages.paginate(PaginationConfig={"PageSize": self.page})
                for item in page["Volumes"]
                if item.get("State") not in ("deleting", "deleted")
            ]

        return self.calls.read("DescribeVolumes", send)

    def _groups(self) -> list[Resource]:
        def send() -> list[Resource]:
            pages = self.calls.clients.ec2.get_paginator("describe_security_groups")
            return [
                self._resource("firewall", item["GroupId"], item.get("Tags", []), item["GroupName"])
                for page in pages.paginate(PaginationConfig={"PageSize": self.page})
                for item in page["SecurityGroups"]
                if item["GroupName"] != DEFAULT_GROUP
            ]

        return self.calls.read("DescribeSecurityGroups", send)

    def _resource(
        self, kind: ResourceKind, id: str, listed: Iterable[TagTypeDef], name: str = ""
    ) -> Resource:
        tags = from_aws(listed)
        return Resource(
            kind=kind,
            id=id,
            name=name or tags.get("Name", id),
            provider=PROVIDER,
            region=self.region,
            target=tags.get(TAG_TARGET),
            tags=tags,
        )
