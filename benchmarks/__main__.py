"""`python -m benchmarks`: measure, show, and record. Nothing is asserted."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console

from benchmarks.commands import BenchmarkFailed
from benchmarks.delay import DelayUnavailable, delayed
from benchmarks.facts import read_facts
from benchmarks.measure import Figure
from benchmarks.report import show_facts, show_table, write_record
from benchmarks.scenarios import Match, measure_help
from benchmarks.stage import Stage, open_stage

MEASURES = ("help", "from-nothing", "no-change", "change", "delay")
ROUND_TRIP = 0.1
"""Seconds that the measure "delay" adds to every round trip to a machine."""
INTERRUPTED = 130
WIDTH = 120
"""Columns where nobody says how many there are."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the chosen measures. Returns 1 when a side failed to do its work, 130 after Ctrl-C;
    what was measured by then is shown either way."""
    options = _options(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    facts = read_facts()
    show_facts(console, facts)
    figures: list[Figure] = []
    notes: list[str] = []
    code = 0
    try:
        with closing(_measure(options, notes)) as measuring:
            for figure in measuring:
                figures.append(figure)
                words = (figure.measure, figure.part, f"beside {figure.peer}: measured")
                console.print(*filter(None, words), style="dim", highlight=False)
    except BenchmarkFailed as failure:
        notes.append(f"stopped: {failure}")
        code = 1
    except KeyboardInterrupt:
        notes.append("stopped: interrupted")
        code = INTERRUPTED
    show_table(console, figures)
    for note in notes:
        console.print(note, markup=False, highlight=False)
    if options.json:
        write_record(options.json, facts, options.runs, figures, notes)
    return code


def _measure(options: argparse.Namespace, notes: list[str]) -> Generator[Figure]:
    chosen = options.only or MEASURES
    if "help" in chosen:
        with tempfile.TemporaryDirectory(prefix="longshore-bench-") as folder:
            yield from measure_help(options.runs, Path(folder, "output"))
    if set(chosen) - {"help"}:
        with open_stage() as stage:
            for number, count in enumerate(options.machines):
                match = Match(stage, count, options.runs)
                yield from _at_one_count(match, chosen, warm_up=number == 0)
                if "delay" in chosen and number == 0:
                    yield from _with_delay(stage, match, notes)
                match.clear()


def _at_one_count(match: Match, chosen: Sequence[str], *, warm_up: bool) -> Iterator[Figure]:
    if "from-nothing" in chosen:
        yield from match.from_nothing(warm_up=warm_up)
    if "no-change" in chosen:
        yield from match.unchanged()
    if "change" in chosen:
        yield from match.changed()


def _with_delay(stage: Stage, match: Match, notes: list[str]) -> Iterator[Figure]:
    """The round trips are what a user across an ocean pays for."""
    match.stand()
    try:
        with delayed(stage.addresses(), ROUND_TRIP):
            yield from match.unchanged(f"no change, {ROUND_TRIP * 1000:.0f} ms away")
    except DelayUnavailable as reason:
        notes.append(f"the measure with a delay could not be done: {reason}")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--machines",
        type=lambda text: tuple(int(word) for word in text.split(",")),
        default=(1, 4),
        metavar="N,N",
        help="numbers of machines to measure with (default: 1,4)",
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each side (default: 3)")
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="measure this only; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the record there")
    options = parser.parse_args(argv)
    if options.runs < 1 or min(options.machines) < 1:
        parser.error("at least one run and one machine")
    return options


if __name__ == "__main__":
    sys.exit(main())
