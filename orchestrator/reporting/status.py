"""What runs where, for `longshore status`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.reporting.events import Event
from orchestrator.reporting.phrases import clean


@dataclass(frozen=True)
class ServiceStatus:
    """One container of a service. `health` is empty when nothing checks it."""

    service: str
    state: str
    health: str = ""
    image: str = ""
    release: str = ""
    url: str = ""


@dataclass(frozen=True)
class StatusRow:
    """One machine. `state` is the cloud's word, or `unknown` for one that cannot be
    reached; `note` says why, or what is not as it should be."""

    machine: str
    target: str
    provider: str
    region: str
    zone: str
    type: str
    state: str
    address: str
    services: tuple[ServiceStatus, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class StatusReport(Event):
    """Every machine of the environment and what runs on it, at one moment."""

    type: ClassVar[str] = "status-report"

    rows: tuple[StatusRow, ...]


def table(report: StatusReport) -> Iterator[str]:
    """Yield the report as lines of text: a line per machine, below it one per service."""
    if not report.rows:
        yield "no machines"
        return
    machines = _columns(
        [
            (row.machine, row.state, row.address or "-", row.provider, row.type, row.zone)
            for row in report.rows
        ]
    )
    services = iter(
        _columns(
            [
                (item.service, item.state, item.health, item.image, item.release, item.url)
                for row in report.rows
                for item in row.services
            ]
        )
    )
    for row, line in zip(report.rows, machines, strict=True):
        yield line
        for _ in row.services:
            yield "  " + next(services)
        if row.note:
            yield f"  note: {clean(row.note)}"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows with their cells aligned; columns that are empty throughout are
    left out."""
    cells = [tuple(clean(cell) for cell in row) for row in rows]
    kept = [column for column in zip(*cells, strict=True) if any(column)]
    padded = [[cell.ljust(max(map(len, column))) for cell in column] for column in kept]
    return ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]
