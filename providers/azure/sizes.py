"""Machine sizes: what the region has, read once for each adapter.

Azure has one list for all sizes of a region and no way to ask for a single one. It is
megabytes long, so it is read once, by the first who needs it while others wait.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from providers.azure.calls import Calls
from providers.azure.words import word
from providers.contract.types import Arch

if TYPE_CHECKING:
    from azure.mgmt.compute.models import ResourceSku

GIB = 1024**3

REGIONAL: Final = "regional"
"""The zone of a machine in no zone: Azure chooses where in the region it runs."""

MACHINES = "virtualMachines"
FORBIDDEN = "NotAvailableForSubscription"
_ARCHES: dict[str, Arch] = {"x64": "x86_64", "arm64": "arm64"}
_FAMILIES = ("B", "D", "F", "E")
"""Burstable first, then the common ones: the order among equal sizes."""
_NAME = re.compile(r"Standard_(?P<letters>[A-Z]+)(?P<rest>\d.*?)(?:_v(?P<version>\d+))?$")


@dataclass(frozen=True)
class Size:
    """The facts of a size that decide. Memory in bytes. `special`: it has accelerators, or is
    made for confidential machines. `trusted`: it can run with secure boot and a vTPM."""

    name: str
    family: str
    cpu: int
    memory: int
    arch: Arch
    generation2: bool
    spot: bool
    special: bool
    trusted: bool
    zones: tuple[str, ...]
    """Where it is sold to this subscription; only `regional` where it has no zones."""
    restricted: bool
    """Not sold to this subscription anywhere in the region."""

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        """Smallest first; among equals common families, newest generation, then name."""
        match = _NAME.match(self.name)
        letters = match["letters"] if match else self.name
        version = int(match["version"] or 1) if match else 0
        common = _FAMILIES.index(letters) if letters in _FAMILIES else len(_FAMILIES)
        return (self.cpu, self.memory, common, -version, self.name)


class Sizes:
    """The sizes of the region by name in lower case. Usable from several threads."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = threading.Lock()
        self._known: dict[str, Size] | None = None

    def all(self) -> dict[str, Size]:
        """One read of the list, the first time."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known

    def find(self, name: str) -> Size | None:
        return self.all().get(name.lower())

    def _read(self) -> dict[str, Size]:
        region = self._calls.region

        def send() -> list[Size]:
            listed = self._calls.clients.compute.resource_skus.list(
                filter=f"location eq '{region}'"
            )
            return [read_size(sku, region) for sku in listed if sku.resource_type == MACHINES]

        found = self._calls.read("skus.list", send)
        return {size.name.lower(): size for size in found}


def read_size(sku: ResourceSku, region: str) -> Size:
    """One entry of the list. Pure."""
    can = {one.name: one.value or "" for one in sku.capabilities or () if one.name}
    return Size(
        name=sku.name or "",
        family=sku.family or "",
        # A constrained size has more cores than it lets the machine use.
        cpu=int(can.get("vCPUsAvailable") or can.get("vCPUs") or 0),
        memory=int(float(can.get("MemoryGB") or 0) * GIB),
        arch=_ARCHES.get(can.get("CpuArchitectureType", "x64").lower(), "x86_64"),
        generation2="V2" in can.get("HyperVGenerations", "V1").split(","),
        spot=can.get("LowPriorityCapable") == "True",
        special=int(can.get("GPUs") or 0) > 0 or bool(can.get("ConfidentialComputingType")),
        trusted=can.get("TrustedLaunchDisabled") != "True",
        zones=_zones(sku, region),
        restricted=any(word(one.type) == "Location" for one in sku.restrictions or ()),
    )


def _zones(sku: ResourceSku, region: str) -> tuple[str, ...]:
    offered: set[str] = set()
    for place in sku.location_info or ():
        if (place.location or "").lower() == region.lower():
            offered.update(place.zones or ())
    for one in sku.restrictions or ():
        if word(one.type) == "Zone" and one.restriction_info is not None:
            offered.difference_update(one.restriction_info.zones or ())
    return tuple(sorted(offered)) or (REGIONAL,)
