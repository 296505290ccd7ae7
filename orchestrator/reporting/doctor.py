"""What was looked into before anything is made, for `longshore doctor`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from orchestrator.reporting.events import Event
from orchestrator.reporting.phrases import clean

Verdict = Literal["ok", "warning", "failed", "unknown"]
PERMISSION = "permission"
HEADINGS = ("WHERE", "CHECK", "SUBJECT", "VERDICT", "FOUND")


@dataclass(frozen=True)
class CheckRow:
    """One thing that was looked into. `where` is a place of the project or this machine;
    `advice` is what to do, empty where all is well."""

    where: str
    check: str
    subject: str
    verdict: Verdict
    message: str
    advice: str = ""


@dataclass(frozen=True)
class DoctorReport(Event):
    """Everything that could stand in the way of `longshore up`, at one moment."""

    type: ClassVar[str] = "doctor-report"

    rows: tuple[CheckRow, ...]


def table(report: DoctorReport) -> Iterator[str]:
    """Yield the report as lines of text: a line for each check, below it what to do about
    it, and a count at the end. Permissions that are there take one line a place."""
    rows = [_cleaned(row) for row in _folded(report.rows)]
    cells = [(row.where, row.check, row.subject, row.verdict, row.message) for row in rows]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *cells, strict=True)]
    yield _line(HEADINGS, widths)
    for row, cell in zip(rows, cells, strict=True):
        yield _line(cell, widths)
        if row.advice and row.verdict != "ok":
            yield f"  advice: {row.advice}"
    counted = Counter(row.verdict for row in report.rows)
    words = [f"{counted[verdict]} {verdict}" for verdict in _ORDER if counted[verdict]]
    yield f"{len(report.rows)} checks: {', '.join(words)}"


_ORDER: tuple[Verdict, ...] = ("failed", "warning", "unknown", "ok")


def _folded(rows: tuple[CheckRow, ...]) -> Iterator[CheckRow]:
    granted = Counter(row.where for row in rows if _is_granted(row))
    told: set[str] = set()
    for row in rows:
        if not _is_granted(row):
            yield row
        elif row.where not in told:
            told.add(row.where)
            count = granted[row.where]
            subject = row.subject if count == 1 else f"{count} calls"
            yield CheckRow(row.where, row.check, subject, "ok", row.message)


def _is_granted(row: CheckRow) -> bool:
    return row.check == PERMISSION and row.verdict == "ok"


def _cleaned(row: CheckRow) -> CheckRow:
    return CheckRow(
        clean(row.where),
        clean(row.check),
        clean(row.subject),
        row.verdict,
        clean(row.message),
        clean(row.advice),
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
