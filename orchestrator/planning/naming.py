"""Names and words that plans use for machines. Pure."""

from __future__ import annotations

from orchestrator.spec.model import Size, Target

GIB = 1024**3


def machine_names(target: Target) -> tuple[str, ...]:
    """`us-1`, `us-2`, ...: the names of a target's machines, in order."""
    return tuple(f"{target.name}-{number}" for number in range(1, target.count + 1))


def say_size(size: Size) -> str:
    """The size as a person would write it."""
    if size.type is not None:
        return size.type
    parts = []
    if size.cpu is not None:
        parts.append(f"{size.cpu} vCPU")
    if size.memory is not None:
        parts.append(f"{size.memory / GIB:g} GiB")
    return " ".join(parts)
