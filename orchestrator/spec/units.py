"""Sizes, durations and CPU counts as text.

Bytes and durations follow the Compose Specification
(https://github.com/compose-spec/compose-spec/blob/main/11-extension.md#specifying-byte-values):
k, m and g are powers of 1024 and durations are Go's (1m30s). Each function raises Unfit; an
empty message leaves the wording to the caller.
"""

from __future__ import annotations

import re
from decimal import Decimal

from orchestrator.spec.shape import Unfit
from orchestrator.spec.words import parsed

KIB, MIB, GIB, TIB = 1024, 1024**2, 1024**3, 1024**4
_COMPOSE_UNITS = {"": 1, "b": 1, "k": KIB, "kb": KIB, "m": MIB, "mb": MIB, "g": GIB, "gb": GIB}
_PROJECT_UNITS = {"MiB": MIB, "GiB": GIB, "TiB": TIB}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)")
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|ms|s|m|h))+")
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
MIN_CONTAINER_MEMORY = 6 * MIB
"""Below this the Engine refuses to create a container."""
MAX_BYTES = 2**63 - 1


def compose_bytes(text: str) -> int:
    """`512m` to bytes; a bare number is bytes already."""
    match = _SIZE.fullmatch(text)
    unit = _COMPOSE_UNITS.get(match.group(2).lower()) if match else None
    if match is None or unit is None:
        raise Unfit("", _unit_advice(match, "512m"))
    return _bounded(int(Decimal(match.group(1)) * unit))


def container_memory(text: str) -> int:
    """Bytes a container may be limited to."""
    size = compose_bytes(text)
    if size < MIN_CONTAINER_MEMORY:
        raise Unfit(
            f"expected at least 6m of memory, not {size} bytes",
            "" if re.search("[a-zA-Z]", text) else f"add a unit: {text}m",
        )
    return size


def machine_memory(text: str) -> int:
    """`4GiB` to bytes."""
    match = _SIZE.fullmatch(text)
    unit = _PROJECT_UNITS.get(match.group(2)) if match else None
    if match is None or unit is None:
        raise Unfit("", _unit_advice(match, "4GiB", binary=True))
    size = int(Decimal(match.group(1)) * unit)
    if not 256 * MIB <= size <= 32 * TIB:
        raise Unfit("", "from 256MiB to 32TiB")
    return size


def disk_gib(text: str) -> int:
    """`40` or `40GiB` to GiB."""
    match = re.fullmatch(r"([0-9]{1,6}) ?(GiB|TiB)?", text)
    size = int(match.group(1)) * (1024 if match.group(2) == "TiB" else 1) if match else 0
    if not 8 <= size <= 16_384:
        raise Unfit("")
    return size


def seconds(text: str) -> float:
    """A Go duration to seconds."""
    if text == "0":
        return 0.0
    if not _DURATION.fullmatch(text):
        bare = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text)
        raise Unfit("", f"add a unit: {text}s" if bare else "")
    total = sum(Decimal(n) * _SECONDS[unit] for n, unit in _DURATION_PART.findall(text))
    return float(total)


def cpus(text: str) -> Decimal:
    """A number of CPUs above 0, such as 0.5."""
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+", text):
        raise Unfit("")
    value = Decimal(text)
    if not Decimal("0.01") <= value <= 1024:
        raise Unfit("")
    return value


def _bounded(size: int) -> int:
    if size > MAX_BYTES:
        raise Unfit("")
    return size


def _unit_advice(match: re.Match[str] | None, example: str, *, binary: bool = False) -> str:
    if match is None:
        return ""
    number, unit = match.groups()
    if not unit:
        return f"add a unit: {number}GiB"
    letter = unit[0].upper()
    if binary:
        return f"write {number}{letter}iB" if letter in "MGT" else f"write it like {example}"
    if letter in "KMG":
        return f"write {number}{letter.lower()}"
    return f"write it like {example}"


BYTES = parsed("a size such as 512m or 2g", compose_bytes, numbers=True)
CONTAINER_MEMORY = parsed("a size such as 512m or 2g", container_memory, numbers=True)
MACHINE_MEMORY = parsed(
    "a size such as 512MiB or 4GiB", machine_memory, numbers=True, pattern=r"[0-9.]+ ?[MGT]iB"
)
DISK = parsed("a disk size from 8 to 16384 GiB such as 40", disk_gib, numbers=True)
DURATION = parsed("a duration such as 30s or 1m30s", seconds, numbers=True)
CPUS = parsed("a number of CPUs such as 0.5 or 2", cpus, numbers=True)
