"""Machine types: families, their sizes, and where they are offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from providers.sandbox.gce.geography import REGION_OF

ImageArch = Literal["X86_64", "ARM64"]
GIB = 1024  # MiB


@dataclass(frozen=True)
class MachineType:
    """One machine type. `metric` is the quota that counts its vCPUs; `disks` the kinds of disk
    it takes for booting."""

    name: str
    cpus: int
    memory_mib: int
    arch: ImageArch
    shared: bool
    metric: str
    disks: tuple[str, ...]

    @property
    def family(self) -> str:
        """Such as `e2`."""
        return self.name.partition("-")[0]


PERSISTENT = ("pd-standard", "pd-balanced", "pd-ssd")
NEWER = ("pd-balanced", "pd-ssd", "hyperdisk-balanced")
HYPERDISK = ("hyperdisk-balanced",)


@dataclass(frozen=True)
class Family:
    """Sizes of one family. `kinds` maps standard, highmem and highcpu to MiB for each vCPU."""

    name: str
    kinds: dict[str, float]
    cpus: tuple[int, ...]
    arch: ImageArch
    metric: str
    disks: tuple[str, ...]

    def types(self) -> tuple[MachineType, ...]:
        """Every machine type of the family."""
        return tuple(
            MachineType(
                f"{self.name}-{kind}-{cpus}",
                cpus,
                int(cpus * memory),
                self.arch,
                False,
                self.metric,
                self.disks,
            )
            for kind, memory in self.kinds.items()
            for cpus in self.cpus
        )


def _shared(name: str, cpus: int, memory: int) -> MachineType:
    return MachineType(name, cpus, memory, "X86_64", True, "CPUS", PERSISTENT)


SHARED = (
    _shared("e2-micro", 2, 1 * GIB),
    _shared("e2-small", 2, 2 * GIB),
    _shared("e2-medium", 2, 4 * GIB),
    _shared("f1-micro", 1, 614),
    _shared("g1-small", 1, 1740),
)
# gcloud's default, and the only size of its family with one vCPU.
SINGLE = MachineType("n1-standard-1", 1, 3840, "X86_64", False, "CPUS", PERSISTENT)
USUAL = {"standard": 4.0 * GIB, "highmem": 8.0 * GIB, "highcpu": 1.0 * GIB}
FAMILIES = (
    Family("e2", USUAL, (2, 4, 8, 16), "X86_64", "CPUS", PERSISTENT),
    Family(
        "n1",
        {"standard": 3.75 * GIB, "highmem": 6.5 * GIB, "highcpu": 0.9 * GIB},
        (2, 4, 8, 16, 32, 64, 96),
        "X86_64",
        "CPUS",
        PERSISTENT,
    ),
    Family("n2", USUAL, (2, 4, 8, 16, 32, 48, 64, 80), "X86_64", "N2_CPUS", PERSISTENT),
    Family("n2d", USUAL, (2, 4, 8, 16, 32, 48, 64, 80, 96), "X86_64", "N2D_CPUS", PERSISTENT),
    Family(
        "c3",
        {**USUAL, "highcpu": 2.0 * GIB},
        (4, 8, 22, 44, 88, 176),
        "X86_64",
        "C3_CPUS",
        NEWER,
    ),
    Family(
        "t2a", {"standard": 4.0 * GIB}, (1, 2, 4, 8, 16, 32, 48), "ARM64", "T2A_CPUS", PERSISTENT
    ),
    Family(
        "c4a",
        {**USUAL, "highcpu": 2.0 * GIB},
        (1, 2, 4, 8, 16, 32, 48, 64, 72),
        "ARM64",
        # Newer families have no metric of their own in regions.get.
        "CPUS",
        HYPERDISK,
    ),
)
TYPES = {
    each.name: each
    for each in (*SHARED, SINGLE, *(each for family in FAMILIES for each in family.types()))
}
NOT_EVERYWHERE = {
    "t2a": frozenset({"us-central1", "europe-west4"}),
    "c3": frozenset({"us-central1", "us-east1", "us-west1", "europe-west1", "europe-west4"}),
    "c4a": frozenset({"us-central1", "us-east1", "europe-west1", "europe-west4"}),
}


def offered(zone: str) -> dict[str, MachineType]:
    """The machine types of a zone by name."""
    region = REGION_OF[zone]
    return {
        name: each
        for name, each in TYPES.items()
        if region in NOT_EVERYWHERE.get(each.family, (region,))
    }
