"""What is measured, and what has to be true for a time to count."""

from __future__ import annotations

import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.commands import BenchmarkFailed, timed, user_environment
from benchmarks.measure import OURS, Figure, Parts, Times, interleave
from benchmarks.ours import LONGSHORE
from benchmarks.sides import Run, Side
from benchmarks.stage import Stage

HELP_TIMES = 5
"""Times as many starts as runs of the rest: they are short, and noise is not."""
ANSWER_DEADLINE = 10
WHOLE = ""
AFTER_MACHINES = "after the machines run"
AFTER_SWITCH = "after they were switched on"


def measure_help(runs: int, output: Path) -> Iterator[Figure]:
    """`longshore --help` beside a Python that does nothing."""
    environment = user_environment({})

    def start(*argv: str) -> Callable[[int], Parts]:
        timed(argv, environment, output)
        return lambda _: {WHOLE: timed(argv, environment, output).seconds}

    sides = {OURS: start(str(LONGSHORE), "--help"), "python": start(sys.executable, "-c", "pass")}
    found = interleave(runs * HELP_TIMES, sides)
    yield from _figures("help", 0, "python -c pass", found[OURS], found["python"])


class Match:
    """The two sides at one number of machines. What stands is remembered, so that a measure
    that needs machines with the application on them takes over those of the one before."""

    def __init__(self, stage: Stage, count: int, runs: int) -> None:
        self._stage = stage
        self._count = count
        self._runs = runs
        self._sides: tuple[Side, Side] = stage.sides(count)
        self._standing: set[str] = set()

    def from_nothing(self, *, warm_up: bool) -> Iterator[Figure]:
        """`up` until every URL answers; while one side is measured, the other has no machine."""
        if warm_up:
            for side in self._sides:
                self._up(side)
        ours, theirs = self._interleave(self._up)
        yield from _figures("from nothing", self._count, self._peer, ours, theirs)

    def unchanged(self, measure: str = "no change") -> Iterator[Figure]:
        """Nothing to do: our `up`, and the script without and with a look at the cloud."""
        ours, theirs = self.stand()
        contest = {
            OURS: ours.check,
            self._peer: theirs.check,
            f"{self._peer}, cloud asked": theirs.check_cloud,
        }
        found = interleave(self._runs, {name: _warm(run) for name, run in contest.items()})
        for peer in list(contest)[1:]:
            yield from _figures(measure, self._count, peer, found[OURS], found[peer])

    def changed(self) -> Iterator[Figure]:
        """One line of the application changed, until every URL answers with it."""
        for side in self.stand():
            self._deploy(side)
        ours, theirs = self._interleave(self._deploy)
        yield from _figures("one line changed", self._count, self._peer, ours, theirs)

    def clear(self) -> None:
        """Take both sides down."""
        for side in self._sides:
            self._down(side)

    @property
    def _peer(self) -> str:
        return self._sides[1].name

    def _interleave(
        self, work: Callable[[Side], Parts]
    ) -> tuple[Mapping[str, Times], Mapping[str, Times]]:
        def run(side: Side) -> Callable[[int], Parts]:
            return lambda _: work(side)

        found = interleave(self._runs, {side.name: run(side) for side in self._sides})
        return found[OURS], found[self._peer]

    def stand(self) -> tuple[Side, Side]:
        """Both sides, each with the application on its machines."""
        for side in self._sides:
            if side.name not in self._standing:
                self._raise(side)
        return self._sides

    def _up(self, side: Side) -> Parts:
        self.clear()
        before = self._stage.machines_on()
        run = self._raise(side)
        on = self._stage.switched_on(self._stage.machines_on() - before)
        assert run.machines_ran is not None, "machines were made"
        return {
            WHOLE: run.timing.seconds,
            AFTER_MACHINES: run.timing.ended - run.machines_ran,
            AFTER_SWITCH: run.timing.ended - on,
        }

    def _raise(self, side: Side) -> Run:
        page = _new_page()
        side.write_page(page)
        self._standing.add(side.name)
        run = side.up()
        self._see(run, page)
        return run

    def _deploy(self, side: Side) -> Parts:
        page = _new_page()
        side.write_page(page)
        run = side.deploy()
        self._see(run, page)
        return {WHOLE: run.timing.seconds}

    def _down(self, side: Side) -> None:
        if side.name in self._standing:
            side.down()
            self._standing.discard(side.name)

    def _see(self, run: Run, page: str) -> None:
        """Raise BenchmarkFailed unless every machine answers with this very page."""
        if len(run.urls) != self._count:
            raise BenchmarkFailed(f"{len(run.urls)} URLs of {self._count} machines")
        for url in run.urls:
            with urllib.request.urlopen(url, timeout=ANSWER_DEADLINE) as answer:
                seen = answer.read().decode()
            if seen != page:
                raise BenchmarkFailed(f"{url} answers {seen!r}, not {page!r}")


def _warm(run: Callable[[], Run]) -> Callable[[int], Parts]:
    """The run as a measured one, after one that does not count."""
    run()
    return lambda _: {WHOLE: run().timing.seconds}


def _figures(
    measure: str,
    machines: int,
    peer: str,
    ours: Mapping[str, Times],
    theirs: Mapping[str, Times],
) -> Iterator[Figure]:
    for part in ours:
        yield Figure(measure, part, machines, peer, ours[part], theirs[part])


def _new_page() -> str:
    """One line that was never built before."""
    return f"hello at {time.time():.3f} {uuid.uuid4().hex[:8]}\n"
