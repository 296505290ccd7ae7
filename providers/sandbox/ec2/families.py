"""The instance types that the sandbox's regions offer.

A real region offers about a thousand, and listing them takes moto seconds each time. These are
the common families of the last generations; naming another type is refused as in a region that
does not have it.
"""

from __future__ import annotations

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

FAMILIES = frozenset(
    (
        *("t2", "t3", "t3a", "t4g"),
        *("m5", "m6i", "m6g", "m7i", "m7g"),
        *("c5", "c6i", "c6g", "c7i", "c7g"),
        *("r5", "r6i", "r6g", "r7g"),
    )
)


def install_families() -> None:
    """Take all other types, and bare metal, out of moto's tables; calling twice is safe."""
    for name in [name for name in INSTANCE_TYPES if not is_offered(name)]:
        del INSTANCE_TYPES[name]
    for regions in INSTANCE_TYPE_OFFERINGS.values():
        for offerings in regions.values():
            offerings[:] = [one for one in offerings if is_offered(one["InstanceType"])]


def is_offered(name: str) -> bool:
    """Whether the sandbox has this type."""
    family, _, size = name.partition(".")
    return family in FAMILIES and "metal" not in size
