"""Times as medians with their spread, and two sides as a ratio."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

OURS = "longshore"


@dataclass(frozen=True)
class Times:
    """Seconds of one thing, measured several times, in the order of the runs."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def least(self) -> float:
        return min(self.seconds)

    @property
    def most(self) -> float:
        return max(self.seconds)


@dataclass(frozen=True)
class Figure:
    """One line of the report: the same work on both sides. `machines` is 0 where no machine
    takes part; `peer` names who else did it."""

    measure: str
    part: str
    machines: int
    peer: str
    ours: Times
    theirs: Times

    @property
    def ratio(self) -> float:
        """Our median by the peer's: below 1, we are faster."""
        return self.ours.median / self.theirs.median

    @property
    def ratios(self) -> tuple[float, ...]:
        """Run by run, each of ours by the peer's next to it."""
        pairs = zip(self.ours.seconds, self.theirs.seconds, strict=True)
        return tuple(ours / theirs for ours, theirs in pairs)


Parts = Mapping[str, float]
"""Seconds by what they are of, such as the whole run and what came after a point in it."""


def interleave(
    runs: int, sides: Mapping[str, Callable[[int], Parts]]
) -> dict[str, dict[str, Times]]:
    """Call the sides in turns (A B A B ...), each with the number of the run, and return
    their times by side and part."""
    taken: dict[str, list[Parts]] = {name: [] for name in sides}
    for run in range(runs):
        for name, side in sides.items():
            taken[name].append(side(run))
    return {name: _by_part(parts) for name, parts in taken.items()}


def _by_part(runs: Sequence[Parts]) -> dict[str, Times]:
    return {part: Times(tuple(run[part] for run in runs)) for part in runs[0]}
