"""Microsoft.Compute's usages: vCPUs of the region, of spot, of each family."""

from __future__ import annotations

from providers.sandbox.arm.compute.sizes import OLD, SERIES, Size, find_size
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestRefusal

MACHINES = "Microsoft.Compute/virtualMachines"
CORES, SPOT_CORES, COUNT = "cores", "lowPriorityCores", "virtualMachines"
REGION_LIMIT, FAMILY_LIMIT, COUNT_LIMIT = 100, 50, 25000
TITLES = {
    CORES: "Total Regional vCPUs",
    SPOT_CORES: "Total Regional Low-priority vCPUs",
    COUNT: "Virtual Machines",
}
FAMILIES = tuple(dict.fromkeys(series.quota for series in (*SERIES, *OLD)))


def limit(world: World, location: str, name: str) -> int:
    """The limit of a usage in a location."""
    ordinary = COUNT_LIMIT if name == COUNT else FAMILY_LIMIT
    if name in (CORES, SPOT_CORES):
        ordinary = REGION_LIMIT
    return world.settings.limits.get(f"{location}/{name}", ordinary)


def used(world: World, location: str, name: str) -> int:
    """How much of it is in use: machines count until they are deallocated or gone."""
    return sum(
        _weight(machine, name)
        for machine in world.store.records(MACHINES)
        if machine.location == location
    )


def _weight(machine: Record, name: str) -> int:
    if name == COUNT:
        return 1
    if machine.power == "deallocated":
        return 0
    size = find_size(str(at(machine.properties, "hardwareProfile", "vmSize")))
    spot = is_spot(machine.properties)
    if size is None:
        return 0
    if name == SPOT_CORES:
        return size.cores if spot else 0
    if spot or name not in (CORES, size.series.quota):
        return 0
    return size.cores


def is_spot(properties: Document) -> bool:
    """Whether a machine is one that may be evicted."""
    return properties.get("priority") in ("Spot", "Low")


def usages(world: World, location: str) -> list[Document]:
    """All usages of a location as ARM lists them."""
    names = (CORES, COUNT, SPOT_CORES, *FAMILIES)
    return [
        {
            "unit": "Count",
            "currentValue": used(world, location, name),
            "limit": limit(world, location, name),
            "name": {"value": name, "localizedValue": TITLES.get(name, _title(name))},
        }
        for name in names
    ]


def _title(family: str) -> str:
    return f"{family.removesuffix('Family').replace('standard', 'Standard ', 1)} Family vCPUs"


def check_cores(world: World, location: str, size: Size, *, spot: bool, freed: int = 0) -> None:
    """Raises RestRefusal when one more machine of the size is too much; `freed` are the cores
    that it gives up at the same time."""
    more = size.cores - freed
    checked = (SPOT_CORES,) if spot else (CORES, size.series.quota)
    for name in checked:
        current, most = used(world, location, name), limit(world, location, name)
        if current + more > most:
            raise _exceeded(name, location, current, most, more)


def _exceeded(name: str, location: str, current: int, most: int, more: int) -> RestRefusal:
    words = {CORES: "Total Regional Cores", SPOT_CORES: "LowPriorityCores"}.get(name)
    return refuse(
        409,
        "OperationNotAllowed",
        "Operation could not be completed as it results in exceeding approved "
        f"{words or f'{name} Cores'} quota. Additional details - Deployment Model: Resource "
        f"Manager, Location: {location}, Current Limit: {most}, Current Usage: {current}, "
        f"Additional Required: {more}, (Minimum) New Limit Required: {current + more}. Setup "
        "Alerts when Quota reaches threshold. Submit a request for Quota increase by specifying "
        "parameters listed in the 'Details' section for deployment to succeed. Please read more "
        "about quota limits at "
        "https://docs.microsoft.com/en-us/azure/azure-supportability/per-vm-quota-requests",
    )
