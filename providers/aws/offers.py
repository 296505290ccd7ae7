"""Which instance types meet a requirement, and in which zones. No prices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.quota import family
from providers.aws.tags import where
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Offer, Requirement

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import FilterTypeDef, InstanceTypeInfoTypeDef

MIB = 1024 * 1024
TYPES_PER_PAGE = 100
"""The most that DescribeInstanceTypes gives."""
OFFERINGS_PER_PAGE = 1000

_USAGE = {"on-demand": "on-demand", "spot": "spot"}
_FAMILIES = ("t", "m", "c", "r")
"""Burstable first, then the common ones: the order among equal sizes."""
_FAMILY = re.compile(r"(?P<letters>[a-z]+)(?P<generation>\d*)(?P<rest>[a-z0-9-]*)\.")


@dataclass(frozen=True)
class InstanceType:
    """The facts of a type that decide. `special` types carry accelerators."""

    name: str
    cpu: int
    memory: int
    special: bool
    architectures: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        """Smallest first; among equals common families, newest generation, then name."""
        match = _FAMILY.match(self.name)
        letters = match["letters"] if match else self.name
        generation = int(match["generation"] or 0) if match else 0
        common = _FAMILIES.index(letters) if letters in _FAMILIES else len(_FAMILIES)
        return (self.cpu, self.memory, common, -generation, self.name)


def survey(
    calls: Calls, region: str, requirement: Requirement, zone: str | None
) -> Sequence[Offer]:
    """Offers, smallest first. The two describes run side by side.

    Raises InvalidRequestError when a named type or zone does not exist here, or a named
    type cannot do what is asked. An empty answer means that nothing is large enough.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        types = pool.submit(_types, calls, requirement)
        zones = pool.submit(_zones, calls, requirement)
        return choose(types.result(), zones.result(), region, requirement, zone)


def choose(
    types: Iterable[InstanceType],
    zones: Mapping[str, tuple[str, ...]],
    region: str,
    requirement: Requirement,
    zone: str | None,
) -> Sequence[Offer]:
    """Decide, from what the API said, what is offered. Pure; errors as `survey`."""
    known = sorted({name for offered in zones.values() for name in offered})
    if requirement.type is None and zone is not None and zone not in known:
        raise _invalid(f"there is no zone {zone!r} in {region}", f"zones: {', '.join(known)}")
    offers = []
    for found in sorted(types, key=lambda candidate: candidate.rank):
        offered = zones.get(found.name, ())
        if requirement.type is not None:
            _check_named(found, offered, requirement, zone)
        elif not _fits(found, requirement):
            continue
        usable = offered if zone is None else tuple(name for name in offered if name == zone)
        if usable:
            offers.append(
                Offer(
                    provider=PROVIDER,
                    region=region,
                    zones=usable,
                    type=found.name,
                    cpu=found.cpu,
                    memory=found.memory,
                    arch=requirement.arch,
                    market=requirement.market,
                    family=family(found.name, requirement.market),
                )
            )
    return tuple(offers)


def _fits(found: InstanceType, requirement: Requirement) -> bool:
    return (
        not found.special
        and found.cpu >= (requirement.cpu or 0)
        and found.memory >= (requirement.memory or 0)
    )


def _check_named(
    found: InstanceType, offered: Sequence[str], requirement: Requirement, zone: str | None
) -> None:
    if requirement.arch not in found.architectures:
        raise _invalid(
            f"instance type {found.name} is {' or '.join(found.architectures)}, "
            f"not {requirement.arch}",
            "change `arch` or the type in the target's size",
        )
    if not offered or (zone is not None and zone not in offered):
        place = zone or "this region"
        raise _invalid(
            f"instance type {found.name} is not offered in {place}",
            f"it is offered in {', '.join(offered)}" if offered else "choose another type",
        )


def _types(calls: Calls, requirement: Requirement) -> list[InstanceType]:
    def send() -> list[InstanceType]:
        pages = calls.clients.ec2.get_paginator("describe_instance_types")
        if requirement.type is not None:
            # A named type needs no filter: what is wrong with it is said by name.
            answers = pages.paginate(InstanceTypes=[requirement.type])  # type: ignore[list-item]
        else:
            answers = pages.paginate(
                Filters=_filters(requirement), PaginationConfig={"PageSize": TYPES_PER_PAGE}
            )
        return [_read(item) for page in answers for item in page["InstanceTypes"]]

    try:
        return calls.read("DescribeInstanceTypes", send)
    except InvalidRequestError as error:
        if requirement.type is None or error.code not in _NO_SUCH_TYPE:
            raise
        error.advice = error.advice or "check `type` in the target's size"
        raise


_NO_SUCH_TYPE = ("InvalidInstanceType", "InvalidParameterValue")


def _filters(requirement: Requirement) -> list[FilterTypeDef]:
    return [
        where("processor-info.supported-architecture", requirement.arch),
        where("supported-usage-class", _USAGE[requirement.market]),
        where("current-generation", "true"),
        where("bare-metal", "false"),
        # Nitro: what encrypted gp3 roots and the metadata service's hop limit are made for.
        where("hypervisor", "nitro"),
    ]


def _zones(calls: Calls, requirement: Requirement) -> dict[str, tuple[str, ...]]:
    filters = [] if requirement.type is None else [where("instance-type", requirement.type)]

    def send() -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        pages = calls.clients.ec2.get_paginator("describe_instance_type_offerings")
        for page in pages.paginate(
            LocationType="availability-zone",
            Filters=filters,
            PaginationConfig={"PageSize": OFFERINGS_PER_PAGE},
        ):
            for item in page["InstanceTypeOfferings"]:
                found.setdefault(item["InstanceType"], set()).add(item["Location"])
        return {name: tuple(sorted(places)) for name, places in found.items()}

    return calls.read("DescribeInstanceTypeOfferings", send)


def _read(item: InstanceTypeInfoTypeDef) -> InstanceType:
    special = any(
        key in item
        for key in (
            "GpuInfo",
            "FpgaInfo",
            "InferenceAcceleratorInfo",
            "NeuronInfo",
            "MediaAcceleratorInfo",
        )
    )
    return InstanceType(
        name=item["InstanceType"],
        cpu=item["VCpuInfo"]["DefaultVCpus"],
        memory=item["MemoryInfo"]["SizeInMiB"] * MIB,
        special=special,
        architectures=tuple(item["ProcessorInfo"]["SupportedArchitectures"]),
    )


def _invalid(message: str, advice: str) -> InvalidRequestError:
    return InvalidRequestError(
        message, provider=PROVIDER, operation="DescribeInstanceTypes", advice=advice
    )
