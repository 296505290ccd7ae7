"""Reads of one resource by its name, None where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.contract.classify import AlreadyDone
from providers.contract.retry import RetryPolicy
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

ONCE = RetryPolicy(attempts=1)


def find_instance(
    calls: Calls, zone: str, name: str, *, policy: RetryPolicy | None = None
) -> compute.Instance | None:
    """The instance of that name in the zone. `policy` is ONCE where somebody else repeats
    what this read is a part of."""

    def send() -> compute.Instance:
        return calls.clients.instances.get(
            project=calls.project, zone=zone, instance=name, retry=None, timeout=CALL_SECONDS
        )

    # In the phase `delete` a 404 is an answer: there is none.
    try:
        return calls.repeatable("instances.get", "delete", send, policy=policy)
    except AlreadyDone:
        return None


def find_disk(calls: Calls, zone: str, name: str) -> compute.Disk | None:
    """The disk of that name in the zone."""

    def send() -> compute.Disk:
        return calls.clients.disks.get(
            project=calls.project, zone=zone, disk=name, retry=None, timeout=CALL_SECONDS
        )

    try:
        return calls.repeatable("disks.get", "delete", send)
    except AlreadyDone:
        return None


def find_address(calls: Calls, name: str) -> compute.Address | None:
    """The reserved address of that name in the region."""

    def send() -> compute.Address:
        return calls.clients.addresses.get(
            project=calls.project,
            region=calls.region,
            address=name,
            retry=None,
            timeout=CALL_SECONDS,
        )

    try:
        return calls.repeatable("addresses.get", "delete", send)
    except AlreadyDone:
        return None
