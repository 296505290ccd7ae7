"""Something that Longshore made, of each kind: what a call is tried on in a dry run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from providers.aws.calls import Calls
from providers.aws.tags import where
from providers.contract.errors import CloudError
from providers.contract.types import TAG_PROJECT

Kind = Literal["instance", "volume", "interface", "group", "key", "address"]

NOTHING: Mapping[Kind, str] = {
    "instance": "i-00000000000000000",
    "volume": "vol-00000000000000000",
    "interface": "eni-00000000000000000",
    "group": "sg-00000000000000000",
    "key": "key-00000000000000000",
    "address": "eipalloc-00000000000000000",
}
"""Well-formed ids of nothing."""

FEW = 5
"""The smallest page that EC2 gives."""


def find_samples(calls: Calls) -> Mapping[Kind, str]:
    """One id for each kind there is one of, of whatever project; six small reads side by
    side. A read that fails finds nothing: the dry run of that very read says why."""
    ways: Mapping[Kind, tuple[str, Callable[[], list[str]]]] = {
        "instance": ("DescribeInstances", lambda: _instances(calls)),
        "volume": ("DescribeVolumes", lambda: _volumes(calls)),
        "interface": ("DescribeNetworkInterfaces", lambda: _interfaces(calls)),
        "group": ("DescribeSecurityGroups", lambda: _groups(calls)),
        "key": ("DescribeKeyPairs", lambda: _keys(calls)),
        "address": ("DescribeAddresses", lambda: _addresses(calls)),
    }

    def first(operation: str, send: Callable[[], list[str]]) -> str:
        try:
            return next(iter(calls.read(operation, send)), "")
        except CloudError:
            return ""

    with ThreadPoolExecutor(max_workers=len(ways)) as pool:
        asked = {kind: pool.submit(first, *way) for kind, way in ways.items()}
        found = {kind: part.result() for kind, part in asked.items()}
    return {kind: id for kind, id in found.items() if id}


_OURS = where("tag-key", TAG_PROJECT)


def _instances(calls: Calls) -> list[str]:
    alive = where("instance-state-name", "pending", "running", "stopping", "stopped")
    answer = calls.clients.ec2.describe_instances(Filters=[_OURS, alive], MaxResults=FEW)
    return [
        item["InstanceId"]
        for reservation in answer.get("Reservations", [])
        for item in reservation.get("Instances", [])
    ]


def _volumes(calls: Calls) -> list[str]:
    answer = calls.clients.ec2.describe_volumes(Filters=[_OURS], MaxResults=FEW)
    return [item["VolumeId"] for item in answer.get("Volumes", [])]


def _interfaces(calls: Calls) -> list[str]:
    answer = calls.clients.ec2.describe_network_interfaces(Filters=[_OURS], MaxResults=FEW)
    return [item["NetworkInterfaceId"] for item in answer.get("NetworkInterfaces", [])]


def _groups(calls: Calls) -> list[str]:
    answer = calls.clients.ec2.describe_security_groups(Filters=[_OURS], MaxResults=FEW)
    return [item["GroupId"] for item in answer.get("SecurityGroups", [])]


def _keys(calls: Calls) -> list[str]:
    answer = calls.clients.ec2.describe_key_pairs(Filters=[_OURS])
    return [item["KeyPairId"] for item in answer.get("KeyPairs", [])]


def _addresses(calls: Calls) -> list[str]:
    answer = calls.clients.ec2.describe_addresses(Filters=[_OURS])
    return [item["AllocationId"] for item in answer.get("Addresses", [])]
