"""Which vCPU quota a type counts against, what it allows, and how much of it is used.

Quota codes: Amazon EC2 User Guide, "Amazon EC2 instance type quotas". On-demand and spot are
counted apart, in vCPUs, per family and region.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from providers.aws.calls import Calls
from providers.aws.tags import where
from providers.contract.types import Market

if TYPE_CHECKING:
    from types_boto3_ec2.literals import InstanceTypeType

SERVICE = "ec2"
STANDARD = "standard"
"""A, C, D, H, I, M, R, T and Z share one quota."""

_OTHERS: Mapping[str, str] = {
    "g": "g",
    "gr": "g",
    "vt": "g",
    "p": "p",
    "f": "f",
    "x": "x",
    "inf": "inf",
    "trn": "trn",
    "dl": "dl",
    "hpc": "hpc",
    "mac": "mac",
    "u": "high-memory",
}
_LETTERS = re.compile(r"[a-z]+")

CODES: Mapping[str, str] = {
    "standard": "L-1216C47A",
    "standard-spot": "L-34B43A08",
    "g": "L-DB2E81BA",
    "g-spot": "L-3819A6DF",
    "p": "L-417A185B",
    "p-spot": "L-7212CCBC",
    "f": "L-74FC7D96",
    "f-spot": "L-88CF9481",
    "x": "L-7295265B",
    "x-spot": "L-E3A00192",
    "inf": "L-1945791B",
    "inf-spot": "L-B5D1601B",
}
"""Family (as `family` gives it) to quota code."""


class QuotaClient(Protocol):
    """The one call of Service Quotas that is made here."""

    def get_service_quota(self, *, ServiceCode: str, QuotaCode: str) -> object: ...


def family(type: str, market: Market) -> str:
    """What a quota counts together: `standard`, `g`, ..., with `-spot` for spot."""
    letters = _LETTERS.match(type)
    name = _OTHERS.get(letters[0], STANDARD) if letters else STANDARD
    return name if market == "on-demand" else f"{name}-spot"


def limit(calls: Calls, code: str) -> int:
    """How many vCPUs the account may run. Raises AuthError without the permission, and
    another CloudError where there is no Service Quotas to ask."""
    answer = calls.read(
        "GetServiceQuota",
        lambda: calls.clients.quotas.get_service_quota(ServiceCode=SERVICE, QuotaCode=code),
    )
    quota = cast("Mapping[str, Mapping[str, float]]", answer).get("Quota", {})
    return int(quota.get("Value", 0))


def in_use(calls: Calls, counted: str) -> int:
    """The vCPUs of the pending and running instances that count against that family.

    Two reads at most. CPU options of an instance do not count: the type's default does.
    """

    def running() -> list[tuple[str, Market]]:
        pages = calls.clients.ec2.get_paginator("describe_instances")
        return [
            (item["InstanceType"], "spot" if "InstanceLifecycle" in item else "on-demand")
            for page in pages.paginate(
                Filters=[where("instance-state-name", "pending", "running")],
                PaginationConfig={"PageSize": 1000},
            )
            for reservation in page["Reservations"]
            for item in reservation.get("Instances", [])
        ]

    types = [
        name
        for name, market in calls.read("DescribeInstances", running)
        if family(name, market) == counted
    ]
    if not types:
        return 0
    wanted = cast("list[InstanceTypeType]", sorted(set(types)))

    def sizes() -> dict[str, int]:
        pages = calls.clients.ec2.get_paginator("describe_instance_types")
        return {
            item["InstanceType"]: item["VCpuInfo"]["DefaultVCpus"]
            for page in pages.paginate(InstanceTypes=wanted)
            for item in page["InstanceTypes"]
        }

    known = calls.read("DescribeInstanceTypes", sizes)
    return sum(known.get(name, 0) for name in types)
