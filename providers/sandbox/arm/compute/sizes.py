"""VM sizes: what the subscription is offered, with the capabilities that ARM states.

Names, memory, architecture and generations: Azure's pages on the B, D, E and F families.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

DISKS_PER_CORE = 2  # data disks a size may have, up to 32
MOST_DISKS = 32


@dataclass(frozen=True)
class Series:
    """Sizes of one kind: `name` with `{}` where the number of vCPUs goes; `cores` to GiB of
    memory; `quota` is the usage that counts them."""

    name: str
    quota: str
    memory: dict[int, float]
    arch: str = "x64"
    generations: tuple[str, ...] = ("V1", "V2")
    spot: bool = True
    trusted: bool = True
    controller: str = "SCSI"


@dataclass(frozen=True)
class Size:
    """One VM size."""

    name: str
    series: Series = field(compare=False)
    cores: int
    memory: float  # GiB

    @property
    def data_disks(self) -> int:
        """How many data disks it takes."""
        return min(MOST_DISKS, max(2, self.cores * DISKS_PER_CORE))


def _each(per_core: float, most: int = 32, *also: int) -> dict[int, float]:
    cores = sorted({*(c for c in (2, 4, 8, 16, 32) if c <= most), *also})
    return {core: core * per_core for core in cores}


GEN2 = ("V2",)
E_ARM = {2: 16.0, 4: 32.0, 8: 64.0, 16: 128.0, 20: 160.0, 32: 208.0}
BURSTABLE = {1: 2.0, 2: 8.0, 4: 16.0, 8: 32.0, 12: 48.0, 16: 64.0, 20: 80.0}

SERIES: tuple[Series, ...] = (
    Series("B{}ls", "standardBSFamily", {1: 0.5}, spot=False),
    Series("B{}s", "standardBSFamily", {1: 1, 2: 4}, spot=False),
    Series("B{}ms", "standardBSFamily", BURSTABLE, spot=False),
    Series("B{}ts_v2", "standardBsv2Family", {2: 1}),
    Series("B{}ls_v2", "standardBsv2Family", _each(2)),
    Series("B{}s_v2", "standardBsv2Family", _each(4)),
    Series("B{}ats_v2", "standardBasv2Family", {2: 1}),
    Series("B{}als_v2", "standardBasv2Family", _each(2)),
    Series("B{}as_v2", "standardBasv2Family", _each(4)),
    Series("B{}pts_v2", "standardBpsv2Family", {2: 1}, "Arm64", GEN2, trusted=False),
    Series("B{}pls_v2", "standardBpsv2Family", _each(2, 16), "Arm64", GEN2, trusted=False),
    Series("B{}ps_v2", "standardBpsv2Family", _each(4, 16), "Arm64", GEN2, trusted=False),
    Series("D{}s_v3", "standardDSv3Family", _each(4)),
    Series("D{}s_v4", "standardDSv4Family", _each(4)),
    Series("D{}as_v4", "standardDASv4Family", _each(4)),
    Series("D{}s_v5", "standardDSv5Family", _each(4)),
    Series("D{}ds_v5", "standardDDSv5Family", _each(4)),
    Series("D{}ls_v5", "standardDLSv5Family", _each(2)),
    Series("D{}as_v5", "standardDASv5Family", _each(4)),
    Series("D{}ps_v5", "standardDPSv5Family", _each(4), "Arm64", GEN2, trusted=False),
    Series("D{}pls_v5", "standardDPLSv5Family", _each(2), "Arm64", GEN2, trusted=False),
    Series("D{}s_v6", "standardDsv6Family", _each(4), generations=GEN2, controller="NVMe"),
    Series("D{}ls_v6", "standardDlsv6Family", _each(2), generations=GEN2, controller="NVMe"),
    Series("D{}as_v6", "standardDav6Family", _each(4), generations=GEN2, controller="NVMe"),
    Series("D{}als_v6", "standardDalv6Family", _each(2), generations=GEN2, controller="NVMe"),
    Series("D{}ps_v6", "standardDpsv6Family", _each(4), "Arm64", GEN2, controller="NVMe"),
    Series("D{}pls_v6", "standardDplsv6Family", _each(2), "Arm64", GEN2, controller="NVMe"),
    Series("E{}s_v3", "standardESv3Family", _each(8, 32, 20)),
    Series("E{}s_v4", "standardESv4Family", _each(8, 32, 20)),
    Series("E{}as_v4", "standardEASv4Family", _each(8, 32, 20)),
    Series("E{}s_v5", "standardESv5Family", _each(8, 32, 20)),
    Series("E{}as_v5", "standardEASv5Family", _each(8, 32, 20)),
    Series("E{}ps_v5", "standardEPSv5Family", E_ARM, "Arm64", GEN2, trusted=False),
    Series("E{}s_v6", "standardEsv6Family", _each(8, 32, 20), generations=GEN2, controller="NVMe"),
    Series("E{}as_v6", "standardEav6Family", _each(8, 32, 20), generations=GEN2, controller="NVMe"),
    Series("E{}ps_v6", "standardEpsv6Family", _each(8), "Arm64", GEN2, controller="NVMe"),
    Series("F{}s_v2", "standardFSv2Family", _each(2)),
    Series("F{}als_v6", "standardFalsv6Family", _each(2), generations=GEN2, controller="NVMe"),
    Series("F{}as_v6", "standardFasv6Family", _each(4), generations=GEN2, controller="NVMe"),
    Series("F{}ams_v6", "standardFamsv6Family", _each(8), generations=GEN2, controller="NVMe"),
)

# The oldest sizes, which know generation 1 alone.
OLD: tuple[Series, ...] = (
    Series("A{}_v2", "standardAv2Family", _each(2, 8, 1), generations=("V1",), spot=False),
)


@cache
def sizes() -> dict[str, Size]:
    """Every size by its name in lower case."""
    return {
        size.name.lower(): size
        for series in (*SERIES, *OLD)
        for cores, memory in series.memory.items()
        for size in [Size("Standard_" + series.name.format(cores), series, cores, memory)]
    }


def find_size(name: str) -> Size | None:
    """A size by its name, in any spelling."""
    return sizes().get(name.lower())


@dataclass(frozen=True)
class Limits:
    """Where a size may not be made: nowhere in the location, or not in some zones."""

    location: bool = False
    zones: tuple[str, ...] = ()


def limits(size: Size, location: str) -> Limits:
    """What this subscription may not have, as new subscriptions see it: the oldest burstable
    sizes are full in some regions, new families have not reached every zone."""
    if size.series.quota == "standardBSFamily" and location in ("westus2", "southcentralus"):
        return Limits(location=True)
    if size.series.quota == "standardFSv2Family" and location == "westeurope":
        return Limits(zones=("3",))
    if size.name.endswith("_v6") and size.series.arch == "Arm64" and location == "eastus":
        return Limits(zones=("1", "2"))
    return Limits()


def offered(size: Size, location: str) -> bool:
    """Whether the location has the size at all."""
    newest = size.name.endswith("_v6")
    return not (newest and location in ("brazilsouth", "koreacentral", "northcentralus"))
