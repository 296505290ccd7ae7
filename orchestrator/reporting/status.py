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
class UnansweredPlace:
    """A place that could not be asked: what is there is unknown, not absent."""

    provider: str
    region: str
    message: str
    advice: str = ""


@dataclass(frozen=True)
class StatusReport(Event):
    """Every machine of the environment and what runs on it, at one moment, and the places
    that did not say what is there."""

    type: ClassVar[str] = "status-report"

    rows: tuple[StatusRow, ...]
    unanswered: tuple[UnansweredPlace, ...] = ()


def table(report: StatusReport, width: int | None = None) -> Iterator[str]:
    """Yield the report as lines of text: a line per machine, below it one per service, and at
    the end what is not known. What is too much for a terminal's `width` is left out, by
    columns: of a machine its type and zone, of a service its image and release."""
    if not report.rows and not report.unanswered:
        yield "no machines"
        return
    header, *machines = _fitting(
        [HEADER, *(_cells(row) for row in report.rows)], width, MACHINE_SPARE, header=True
    )
    if report.rows:
        yield header
    services = iter(
        _fitting(
            [
                (item.service, item.state, item.health, item.image, item.release, item.url)
                for row in report.rows
                for item in row.services
            ],
            None if width is None else width - len(INDENT),
            SERVICE_SPARE,
        )
    )
    for row, line in zip(report.rows, machines, strict=True):
        yield line
        for _ in row.services:
            yield INDENT + next(services)
        if row.note:
            yield f"  note: {clean(row.note)}"
    for place in report.unanswered:
        advice = f"; {place.advice}" if place.advice else ""
        yield clean(f"unknown: {place.provider} {place.region}: {place.message}{advice}")


HEADER = ("MACHINE", "STATE", "ADDRESS", "PROVIDER", "REGION", "ZONE", "TYPE")
MACHINE_SPARE = (6, 5)
SERVICE_SPARE = (3, 4)
"""The columns to leave out where there is no room, the first first."""
INDENT = "  "


def _cells(row: StatusRow) -> tuple[str, ...]:
    return (
        row.machine,
        row.state,
        row.address or "-",
        row.provider,
        row.region,
        row.zone or "-",
        row.type or "-",
    )


def _fitting(
    rows: list[tuple[str, ...]], width: int | None, spare: tuple[int, ...], *, header: bool = False
) -> list[str]:
    """The aligned rows, without as many of the `spare` columns as there is no room for."""
    lines = _columns(rows, header=header)
    for count in range(1, len(spare) + 1):
        if width is None or max(map(len, lines), default=0) <= width:
            break
        less = [tuple(c for i, c in enumerate(row) if i not in spare[:count]) for row in rows]
        lines = _columns(less, header=header)
    return lines


def _columns(rows: list[tuple[str, ...]], *, header: bool = False) -> list[str]:
    """Return the rows with their cells aligned; columns that are empty throughout (below the
    `header`, if there is one) are left out."""
    cells = [tuple(clean(cell) for cell in row) for row in rows]
    first = 1 if header else 0
    kept = [column for column in zip(*cells, strict=True) if set(column[first:]) - {"", "-"}]
    padded = [[cell.ljust(max(map(len, column))) for cell in column] for column in kept]
    return ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]
