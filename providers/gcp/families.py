"""What a machine type's family says: architecture, root disk, and which quota counts it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.contract.types import Arch

_TYPE = re.compile(r"(?P<letters>[a-z]+)(?P<generation>\d*)(?P<rest>[a-z]*)-")

_ARM = frozenset({"t2a", "c4a", "n4a", "a4x"})
"""Families on Arm, for types that do not say so themselves."""

_SHARED = frozenset({"f1", "g1", "n1", "e2"})
"""Families counted by the quota `CPUS` ("Allocation quotas": N1, E2 and shared-core)."""

_OWN_QUOTA = frozenset(
    {"a2", "c2", "c2d", "c3", "m1", "m2", "m3", "n2", "n2a", "n2d", "t2a", "t2d"}
)
"""Families with a quota of their own among a region's metrics (Quota.metric in the discovery
document); newer ones are counted by family under one name, which regions.get leaves out."""

_COMMON = ("e", "n", "t", "c")
"""The order among equal sizes: cheapest to run first, then the common ones."""

_FIRST_HYPERDISK = 4
"""From this generation on, families take Hyperdisk and no Persistent Disk ("Machine families
resource": C4, N4, H4 ...)."""


@dataclass(frozen=True)
class Family:
    """`e2` of `e2-small`, by its parts."""

    letters: str
    generation: int
    rest: str

    @property
    def name(self) -> str:
        return f"{self.letters}{self.generation or ''}{self.rest}"

    @property
    def arch(self) -> Arch:
        return "arm64" if self.name in _ARM else "x86_64"

    @property
    def disk_type(self) -> str:
        """The balanced kind of disk that the family takes."""
        return "hyperdisk-balanced" if self.generation >= _FIRST_HYPERDISK else "pd-balanced"

    @property
    def quota(self) -> str:
        """The metric of the quota for its vCPUs."""
        if self.name in _SHARED:
            return "CPUS"
        if self.name in _OWN_QUOTA:
            return f"{self.name.upper()}_CPUS"
        return f"CPUS_PER_VM_FAMILY:{self.name.upper()}"

    @property
    def rank(self) -> tuple[int, int, str]:
        """Common families first, the newest generation first."""
        common = _COMMON.index(self.letters) if self.letters in _COMMON else len(_COMMON)
        return (common, -self.generation, self.rest)


def family_of(machine_type: str) -> Family:
    """The family of a type such as `e2-small` or `c4a-standard-2`."""
    match = _TYPE.match(machine_type)
    if match is None:
        return Family(machine_type, 0, "")
    return Family(match["letters"], int(match["generation"] or 0), match["rest"])
