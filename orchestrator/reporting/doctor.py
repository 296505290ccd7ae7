"""What was looked into before anything is made, for `longshore doctor`."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
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


def table(report: DoctorReport, width: int | None = None) -> Iterator[str]:
    """Yield the report as lines of text: a line for each check, below it what to do about
    it, and a count at the end. Permissions of which the same is to be said take one line.

    Where the terminal's `width` is too small for columns, each place is a paragraph."""
    rows = [_cleaned(row) for row in _folded(report.rows)]
    lines = list(_columns(rows))
    wide = width is not None and any(len(line) > width for line in lines)
    yield from _paragraphs(rows, width) if width is not None and wide else lines
    counted = Counter(row.verdict for row in report.rows)
    words = [f"{counted[verdict]} {verdict}" for verdict in _ORDER if counted[verdict]]
    yield f"{len(report.rows)} checks: {', '.join(words)}"


def _columns(rows: list[CheckRow]) -> Iterator[str]:
    cells = [(row.where, row.check, row.subject, row.verdict, row.message) for row in rows]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *cells, strict=True)]
    yield _line(HEADINGS, widths)
    for row, cell in zip(rows, cells, strict=True):
        yield _line(cell, widths)
        if row.advice and row.verdict != "ok":
            yield f"  advice: {row.advice}"


def _paragraphs(rows: list[CheckRow], width: int) -> Iterator[str]:
    verdicts = max(len(row.verdict) for row in rows)
    checks = max(len(row.check) for row in rows)
    indent = " " * (verdicts + checks + 6)
    where = ""
    for row in rows:
        if row.where != where:
            where = row.where
            yield where
        lead = f"  {row.verdict.ljust(verdicts)}  {row.check.ljust(checks)}  "
        yield from _wrapped(lead, f"{row.subject}: {row.message}", indent, width)
        if row.advice and row.verdict != "ok":
            yield from _wrapped(indent, f"advice: {row.advice}", indent, width)


def _wrapped(lead: str, said: str, indent: str, width: int) -> list[str]:
    """The words below each other; a long one, such as a path, is left whole to be copied."""
    return textwrap.wrap(
        said,
        width,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


_ORDER: tuple[Verdict, ...] = ("failed", "warning", "unknown", "ok")


def _folded(rows: tuple[CheckRow, ...]) -> Iterator[CheckRow]:
    """The rows, those of permissions that say the same of a place as one."""
    alike = Counter(_alike(row) for row in rows)
    told: set[CheckRow] = set()
    for row in rows:
        same = _alike(row)
        if row.check != PERMISSION or alike[same] == 1:
            yield row
        elif same not in told:
            told.add(same)
            rest = alike[same] - 1
            subject = f"{rest + 1} calls" if row.verdict == "ok" else f"{row.subject} + {rest}"
            yield replace(row, subject=subject)


def _alike(row: CheckRow) -> CheckRow:
    """What a row has in common with others that say the same; a failure stands alone."""
    return row if row.verdict == "failed" else replace(row, subject="")


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
