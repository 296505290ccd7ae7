"""Sizes, durations and CPU counts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from orchestrator.spec.shape import Unfit
from orchestrator.spec.units import (
    GIB,
    KIB,
    MIB,
    TIB,
    compose_bytes,
    container_memory,
    cpus,
    disk_gib,
    machine_memory,
    seconds,
)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (compose_bytes, "1024", 1024),
        (compose_bytes, "10b", 10),
        (compose_bytes, "2k", 2 * KIB),
        (compose_bytes, "2kb", 2 * KIB),
        (compose_bytes, "512m", 512 * MIB),
        (compose_bytes, "512MB", 512 * MIB),
        (compose_bytes, "1.5g", 1536 * MIB),
        (compose_bytes, "1gb", GIB),
        (container_memory, "6m", 6 * MIB),
        (machine_memory, "4GiB", 4 * GIB),
        (machine_memory, "512MiB", 512 * MIB),
        (machine_memory, "1TiB", TIB),
        (machine_memory, "3.75 GiB", 3840 * MIB),
        (disk_gib, "20", 20),
        (disk_gib, "40GiB", 40),
        (disk_gib, "2TiB", 2048),
        (seconds, "30s", 30.0),
        (seconds, "1m30s", 90.0),
        (seconds, "1h", 3600.0),
        (seconds, "500ms", 0.5),
        (seconds, "1.5s", 1.5),
        (seconds, "250us", 0.00025),
        (seconds, "0", 0.0),
        (seconds, "0s", 0.0),
        (cpus, "2", Decimal(2)),
        (cpus, "0.50", Decimal("0.50")),
        (cpus, ".5", Decimal("0.5")),
    ],
)
def test_reading(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "advice"),
    [
        (compose_bytes, "lots", ""),
        (compose_bytes, "-1", ""),
        (compose_bytes, "1GiB", "write 1g"),
        (compose_bytes, "1x", "write it like 512m"),
        (compose_bytes, "99999999999g", ""),
        (container_memory, "5m", ""),
        (container_memory, "512", "add a unit: 512m"),
        (machine_memory, "4", "add a unit: 4GiB"),
        (machine_memory, "4GB", "write 4GiB"),
        (machine_memory, "4g", "write 4GiB"),
        (machine_memory, "4kb", "write it like 4GiB"),
        (machine_memory, "1MiB", "from 256MiB to 32TiB"),
        (machine_memory, "64TiB", "from 256MiB to 32TiB"),
        (disk_gib, "4", ""),
        (disk_gib, "20GB", ""),
        (disk_gib, "20000", ""),
        (seconds, "30", "add a unit: 30s"),
        (seconds, "soon", ""),
        (seconds, "-1s", ""),
        (seconds, "", ""),
        (cpus, "0", ""),
        (cpus, "-1", ""),
        (cpus, "two", ""),
        (cpus, "4096", ""),
    ],
)
def test_refusing(read: Callable[[str], object], text: str, advice: str) -> None:
    with pytest.raises(Unfit) as caught:
        read(text)
    assert caught.value.advice == advice
