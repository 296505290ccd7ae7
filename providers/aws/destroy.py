"""Removing resources: ours only, idempotent, and back when they are really gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.tags import check_owner, from_aws, where
from providers.contract.classify import AlreadyDone
from providers.contract.errors import DeadlineError, InvalidRequestError, TransientError
from providers.contract.types import Owner, Resource
from providers.contract.waiting import Deadline

T = TypeVar("T")

STOP_PAUSE = 0.3
"""Seconds before the first look at a machine that is terminating; it takes EC2 half a minute."""

AT_ONCE = ("firewall", "key", "address")
"""Kinds that are gone when the delete call succeeds; the others go through states."""


@dataclass(frozen=True)
class Found:
    """A resource as EC2 shows it now."""

    tags: Mapping[str, str]
    handle: str
    """What the delete call takes: the id, or a key pair's name."""
    leaving: bool = False
    """On its way out already, by our hand or another's."""


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
        look, remove, operation = self._ways()
        found = self._look(look)
        if found is None:
            return
        what = f"{self.resource.kind} {self.resource.id}"
        check_owner(what, found.tags, self.owner, operation)
        if not found.leaving:
            try:
                self._send(operation, lambda: remove(found.handle))
            except AlreadyDone:
                return
        if self.resource.kind in AT_ONCE:
            return
        if self.resource.kind == "machine":
            polls = self.limit.polls(self.calls.pause, first=STOP_PAUSE)
            next(polls)  # Terminating takes its time, so a look at once sees what is known.
        else:
            polls = self.limit.polls(self.calls.pause)
        for _ in polls:
            if self._look(look) is None:
                return
        raise DeadlineError(
            f"{what} is still there and the time to wait for its removal is over",
            provider=PROVIDER,
            operation=operation,
            advice="run again: what is gone is passed over",
        )

    def _ways(self) -> tuple[Callable[[], Found | None], Callable[[str], object], str]:
        """How to look at it, how to remove it, and what that call is named."""
        ec2 = self.calls.clients
        match self.resource.kind:
            case "machine":
                return (
                    self._machine,
                    lambda id: ec2.ec2.terminate_instances(InstanceIds=[id]),
                    "TerminateInstances",
                )
            case "disk":
                return (
                    self._disk,
                    lambda id: ec2.ec2.delete_volume(VolumeId=id),
                    "DeleteVolume",
                )
            case "interface":
                return (
                    self._interface,
                    lambda id: ec2.ec2.delete_network_interface(NetworkInterfaceId=id),
                    "DeleteNetworkInterface",
                )
            case "firewall":
                return (
                    self._firewall,
                    lambda id: ec2.ec2.delete_security_group(GroupId=id),
                    "DeleteSecurityGroup",
                )
            case "key":
                return (
                    self._key,
                    lambda name: ec2.ec2.delete_key_pair(KeyName=name),
                    "DeleteKeyPair",
                )
            case "address":
                return (
                    self._address,
                    lambda id: ec2.ec2.release_address(AllocationId=id),
                    "ReleaseAddress",
                )
            case _:
                raise InvalidRequestError(
                    f"EC2 has nothing of the kind {self.resource.kind!r}",
                    provider=PROVIDER,
                    operation="destroy",
                )

    def _send(self, operation: str, send: Callable[[], T]) -> T:
        """Delete, again while it is in use (DependencyViolation and its kin: machines that
        use it are still going), until the deadline; each retry is an event."""
        try:
            return self.calls.repeatable(operation, "delete", send, policy=self.limit.policy())
        except TransientError as error:
            raise DeadlineError(
                f"{self.resource.kind} {self.resource.id} could not be removed in time: "
                f"{error.message}",
                provider=PROVIDER,
                operation=operation,
                code=error.code,
                request_id=error.request_id,
                advice="see what still uses it, then run again",
            ) from error

    def _look(self, look: Callable[[], Found | None]) -> Found | None:
        try:
            return self.calls.repeatable(_DESCRIBE[self.resource.kind], "delete", look)
        except AlreadyDone:
            return None

    def _machine(self) -> Found | None:
        answer = self.calls.clients.ec2.describe_instances(InstanceIds=[self.resource.id])
        for reservation in answer["Reservations"]:
            for item in reservation.get("Instances", []):
                state = item["State"]["Name"]
                if state != "terminated":
                    tags = from_aws(item.get("Tags", []))
                    return Found(tags, item["InstanceId"], leaving=state == "shutting-down")
        return None

    def _disk(self) -> Found | None:
        answer = self.calls.clients.ec2.describe_volumes(VolumeIds=[self.resource.id])
        for item in answer["Volumes"]:
            if item["State"] != "deleted":
                tags = from_aws(item.get("Tags", []))
                return Found(tags, item["VolumeId"], leaving=item["State"] == "deleting")
        return None

    def _interface(self) -> Found | None:
        answer = self.calls.clients.ec2.describe_network_interfaces(
            NetworkInterfaceIds=[self.resource.id]
        )
        for item in answer["NetworkInterfaces"]:
            return Found(from_aws(item.get("TagSet", [])), item["NetworkInterfaceId"])
        return None

    def _firewall(self) -> Found | None:
        answer = self.calls.clients.ec2.describe_security_groups(GroupIds=[self.resource.id])
        for item in answer["SecurityGroups"]:
            return Found(from_aws(item.get("Tags", [])), item["GroupId"])
        return None

    def _key(self) -> Found | None:
        answer = self.calls.clients.ec2.describe_key_pairs(
            Filters=[where("key-pair-id", self.resource.id)]
        )
        for item in answer["KeyPairs"]:
            return Found(from_aws(item.get("Tags", [])), item["KeyName"])
        return None

    def _address(self) -> Found | None:
        answer = self.calls.clients.ec2.describe_addresses(AllocationIds=[self.resource.id])
        for item in answer["Addresses"]:
            return Found(from_aws(item.get("Tags", [])), item["AllocationId"])
        return None


_DESCRIBE = {
    "machine": "DescribeInstances",
    "disk": "DescribeVolumes",
    "interface": "DescribeNetworkInterfaces",
    "firewall": "DescribeSecurityGroups",
    "key": "DescribeKeyPairs",
    "address": "DescribeAddresses",
}
