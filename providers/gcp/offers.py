"""Which machine types meet a requirement, and in which zones. No prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.contract.types import Arch, Offer, Requirement
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import PROVIDER, invalid
from providers.gcp.families import Family, family_of
from providers.gcp.names import last
from providers.gcp.pages import PAGE, of_region
from providers.gcp.zones import zones_up

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

MIB = 1024 * 1024
LIST = "machineTypes.aggregatedList"
_ARCH: dict[str, Arch] = {"X86_64": "x86_64", "ARM64": "arm64"}


@dataclass(frozen=True)
class MachineType:
    """The facts of a type in one zone that decide. `special` types carry accelerators or
    disks of their own, are bare metal, or are on their way out; `shared` ones have a part of
    each of their vCPUs."""

    name: str
    zone: str
    cpu: int
    memory: int
    arch: Arch
    special: bool
    shared: bool = False

    @property
    def family(self) -> Family:
        return family_of(self.name)

    @property
    def rank(self) -> tuple[int, int, bool, tuple[int, int, str], str]:
        """Smallest first, and of equals the shared-core ones; then by family, then name."""
        return (self.cpu, self.memory, not self.shared, self.family.rank, self.name)


def survey(calls: Calls, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
    """Offers, smallest first. The two reads run side by side.

    Raises InvalidRequestError when a named type or zone does not exist here, or a named type
    is of the other architecture. An empty answer means that nothing is large enough.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        types = pool.submit(_types, calls, requirement.type)
        zones = pool.submit(zones_up, calls)
        return choose(types.result(), zones.result(), calls.region, requirement, zone)


def choose(
    types: Iterable[MachineType],
    up: Sequence[str],
    region: str,
    requirement: Requirement,
    zone: str | None,
) -> Sequence[Offer]:
    """Decide, from what the API said, what is offered. Pure; errors as `survey`."""
    if zone is not None and zone not in up:
        raise invalid(
            f"there is no zone {zone!r} in {region} that is up", LIST, f"zones: {', '.join(up)}"
        )
    places: dict[str, list[MachineType]] = {}
    for found in types:
        if found.zone in up:
            places.setdefault(found.name, []).append(found)
    if requirement.type is not None:
        _check_named(requirement, places.get(requirement.type, []), region, zone)
    offers = []
    for candidates in sorted(places.values(), key=lambda same: same[0].rank):
        found = candidates[0]
        if requirement.type is None and not _fits(found, requirement):
            continue
        offered = sorted(one.zone for one in candidates)
        usable = tuple(name for name in offered if zone is None or name == zone)
        if usable:
            offers.append(
                Offer(
                    provider=PROVIDER,
                    region=region,
                    zones=usable,
                    type=found.name,
                    cpu=found.cpu,
                    memory=found.memory,
                    arch=found.arch,
                    market=requirement.market,
                    family=found.family.quota,
                )
            )
    return tuple(offers)


def _fits(found: MachineType, requirement: Requirement) -> bool:
    return (
        not found.special
        and found.arch == requirement.arch
        and found.cpu >= (requirement.cpu or 0)
        and found.memory >= (requirement.memory or 0)
    )


def _check_named(
    requirement: Requirement, found: Sequence[MachineType], region: str, zone: str | None
) -> None:
    name, offered = requirement.type, sorted(one.zone for one in found)
    if not offered or (zone is not None and zone not in offered):
        raise invalid(
            f"machine type {name} is not offered in {zone or region}",
            LIST,
            f"it is offered in {', '.join(offered)}"
            if offered
            else "check `type` in the target's size, or use another region",
        )
    if found[0].arch != requirement.arch:
        raise invalid(
            f"machine type {name} is {found[0].arch}, not {requirement.arch}",
            LIST,
            "change `arch` or the type in the target's size",
        )


def _types(calls: Calls, named: str | None) -> list[MachineType]:
    from google.cloud.compute_v1.types import compute

    # A zone's name by its beginning, as others ask for it too; what it leaves of a region of
    # a longer name is passed over in reading.
    wanted = f"zone : {calls.region}-*"
    if named is not None:
        wanted = f'name = "{named}" AND {wanted}'

    def send() -> list[MachineType]:
        asked = compute.AggregatedListMachineTypesRequest(
            project=calls.project, filter=wanted, max_results=PAGE
        )
        listed = calls.clients.machine_types.aggregated_list(
            asked, retry=None, timeout=CALL_SECONDS
        )
        parts: Iterator[compute.MachineTypesScopedList] = of_region(
            listed.pages, calls.region, LIST
        )
        return [_read(item) for part in parts for item in part.machine_types]

    return calls.read(LIST, send)


def _read(item: compute.MachineType) -> MachineType:
    name = item.name
    special = (
        bool(item.accelerators)
        or item.bundled_local_ssds.partition_count > 0
        or "lssd" in name
        or name.endswith("-metal")
        or bool(item.deprecated.state)
    )
    return MachineType(
        name=name,
        zone=last(item.zone),
        cpu=item.guest_cpus,
        memory=item.memory_mb * MIB,
        arch=_ARCH.get(item.architecture, family_of(name).arch),
        special=special,
        shared=item.is_shared_cpu,
    )
