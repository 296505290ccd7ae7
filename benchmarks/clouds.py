"""`python -m benchmarks.clouds`: machines made and removed on each cloud of the sandbox.

Seconds beside each cloud's own command line in the same run, and API calls beside the least
that the cloud's API allows. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.facts import read_facts
from benchmarks.lifecycle import Life, Lifecycle
from benchmarks.official import PEERS
from benchmarks.report import show_facts
from benchmarks.stage import Stage, open_stage

LEAST = {
    "aws": "RunInstances, DescribeInstances; TerminateInstances, DescribeInstances",
    "gcp": "insert, get; delete, get",
    "azure": "3 PUTs (address, interface, VM) and a GET; 1 DELETE and a GET",
}
"""The fewest calls that make one machine and tell its address, and that remove it and tell
that it is gone. Waiting costs more of the same reads."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the chosen clouds at the chosen counts, and show a table."""
    options = _options(argv)
    console = Console()
    if not console.is_terminal:
        console.width = 150
    show_facts(console, read_facts())
    table = Table(caption="medians in seconds; a ratio below 1: Longshore is faster")
    for name in ("cloud", "machines", "to SSH", "peer", "ratio", "to gone", "peer", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("API calls a machine: create; destroy")
    with open_stage(baked=True) as stage:
        os.environ.update(stage.environment)
        for cloud in options.clouds:
            for count in options.machines:
                table.add_row(*_measure(stage, cloud, count, options.runs))
    console.print(table)
    for cloud in options.clouds:
        console.print(f"least for {cloud}: {LEAST[cloud]}", highlight=False)
    return 0


def _measure(stage: Stage, cloud: str, count: int, runs: int) -> tuple[str, ...]:
    ours = Lifecycle(cloud, stage.environment, stage.home / "sandbox" / "exchanges.jsonl")
    peer = PEERS[cloud](stage.environment)
    lives: list[Life] = []
    others: list[tuple[float, float]] = []
    for _ in range(runs):
        lives.append(ours.round(count))
        if peer.installed:
            others.append(peer.round(count))
    to_ssh, to_gone = (median(life.to_ssh for life in lives), median(x.to_gone for x in lives))
    last = lives[-1]
    row = [cloud, str(count), f"{to_ssh:.2f}"]
    row += _beside(to_ssh, [each[0] for each in others])
    row += [f"{to_gone:.2f}", *_beside(to_gone, [each[1] for each in others])]
    calls = "; ".join(_say(each, count) for each in (last.create_calls, last.destroy_calls))
    return (*row, calls)


def _beside(ours: float, theirs: Sequence[float]) -> list[str]:
    if not theirs:
        return ["not installed", ""]
    return [f"{median(theirs):.2f}", f"{ours / median(theirs):.2f}"]


def _say(calls: Mapping[str, int], count: int) -> str:
    total = sum(calls.values()) / count
    each = ", ".join(f"{name} {number / count:.2g}" for name, number in calls.items())
    return f"{total:.3g} ({each})"


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clouds", description=__doc__)
    parser.add_argument(
        "--machines",
        type=lambda text: tuple(int(word) for word in text.split(",")),
        default=(1, 8),
        metavar="N,N",
        help="numbers of machines to measure with (default: 1,8)",
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each side (default: 3)")
    parser.add_argument(
        "--clouds",
        type=lambda text: tuple(text.split(",")),
        default=tuple(PEERS),
        help=f"clouds to measure (default: {','.join(PEERS)})",
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
