"""The figures for a person and for the record."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.facts import Facts
from benchmarks.measure import Figure, Times

EVEN = 0.02
"""A ratio this near to 1 is coloured as a draw."""


def show_facts(console: Console, facts: Facts) -> None:
    """One line about the machine, one about the tools."""
    console.print(
        f"{facts.cores} cores, {facts.memory_gib:g} GiB, load {facts.load:g} at the start, "
        f"{facts.system}, Python {facts.python}",
        highlight=False,
    )
    console.print(f"{facts.ssh}; docker {facts.docker}; {facts.aws}", style="dim", highlight=False)


def show_table(console: Console, figures: Sequence[Figure]) -> None:
    """Every figure as a line: medians (least to most) in seconds, and their ratio."""
    if not figures:
        return
    table = Table(caption="median (least to most), seconds; a ratio below 1: Longshore is faster")
    table.add_column("measure")
    for name in ("machines", "longshore", "peer", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    last = ""
    for figure in figures:
        if last and figure.measure != last:
            table.add_section()
        last = figure.measure
        table.add_row(
            _what(figure),
            str(figure.machines or ""),
            _seconds(figure.ours),
            _seconds(figure.theirs),
            _ratio(figure),
        )
    console.print(table)


def write_record(
    file: Path, facts: Facts, runs: int, figures: Sequence[Figure], notes: Sequence[str]
) -> None:
    """Everything as JSON, the single runs included."""
    record = {
        "facts": dataclasses.asdict(facts),
        "runs": runs,
        "figures": [_record(figure) for figure in figures],
        "notes": list(notes),
    }
    file.write_text(json.dumps(record, indent=2) + "\n")


def _record(figure: Figure) -> dict[str, Any]:
    return {
        "measure": figure.measure,
        "part": figure.part,
        "machines": figure.machines,
        "peer": figure.peer,
        "longshore_seconds": _rounded(figure.ours.seconds),
        "peer_seconds": _rounded(figure.theirs.seconds),
        "longshore_median": round(figure.ours.median, 4),
        "peer_median": round(figure.theirs.median, 4),
        "ratio": round(figure.ratio, 3),
        "ratio_of_runs": _rounded(figure.ratios),
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _what(figure: Figure) -> str:
    part = f", {figure.part}" if figure.part else ""
    return f"{figure.measure}{part} [dim]| {figure.peer}[/]"


def _seconds(times: Times) -> str:
    digits = 3 if times.median < 1 else 2
    low, high = f"{times.least:.{digits}f}", f"{times.most:.{digits}f}"
    return f"{times.median:.{digits}f} ({low}-{high})"


def _ratio(figure: Figure) -> str:
    low, high = min(figure.ratios), max(figure.ratios)
    even = abs(figure.ratio - 1) <= EVEN
    colour = "yellow" if even else "green" if figure.ratio < 1 else "red"
    return f"[{colour}]{figure.ratio:.2f}[/] ({low:.2f}-{high:.2f})"
