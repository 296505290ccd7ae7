"""`python -m benchmarks.clouds`: machines made and removed on each cloud of the sandbox.

Seconds beside each cloud's own command line in the same run, and API calls beside the least
that the cloud's API allows. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.commands import BenchmarkFailed
from benchmarks.facts import read_facts
from benchmarks.lifecycle import Life, Lifecycle
from benchmarks.official import PEERS, CommandLine
from benchmarks.report import show_facts
from benchmarks.stage import open_stage
from benchmarks.traffic import Traffic

LEAST = {
    "aws": "2 (RunInstances, DescribeInstances); 2 (TerminateInstances, DescribeInstances)",
    "gcp": "3 (insert, wait, get); 2 (delete, wait)",
    "azure": "3 (PUT of the VM with its parts, GET of it, GET of its interface); 2 (DELETE, GET)",
}
"""The fewest calls that make one machine and tell its address, and that remove it and tell
that it is gone. A cloud that takes its time costs more of the same reads; and a machine that
makes its own host key (GCE's Debian) one read of it at least. Longshore looks before it writes,
whether the machine is there already and whose it is: a read more, each way."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the chosen clouds at the chosen counts, and show a table."""
    options = _options(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    if not console.is_terminal:
        console.width = 180
    show_facts(console, read_facts())
    table = Table(
        caption="seconds, median (least-most); a ratio below 1: Longshore is faster; calls: "
        "API calls a machine in the last run"
    )
    for name in ("cloud", "machines", "to SSH", "peer", "ratio", "to gone", "peer", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("calls, create; destroy")
    table.add_column("peer's", justify="right", no_wrap=True)
    with open_stage(baked=True) as stage:
        os.environ.update(stage.environment)
        for cloud in options.clouds:
            traffic = Traffic(stage.exchanges, cloud)
            ours = Lifecycle(cloud, stage.environment, traffic)
            peer = PEERS[cloud](stage.environment, traffic)
            for count in options.machines:
                row = (cloud, str(count), *_measure(ours, peer, count, options.runs, console))
                table.add_row(*row)
                console.print(", ".join(row), style="dim", highlight=False)
    console.print(table)
    for cloud in options.clouds:
        console.print(f"least calls for {cloud}: {LEAST[cloud]}", highlight=False)
    return 0


def _measure(
    ours: Lifecycle, peer: CommandLine, count: int, runs: int, console: Console
) -> tuple[str, ...]:
    """Both sides in turn, after one round of each that does not count."""
    mine: list[Life] = []
    theirs: list[Life] = []
    missing = "" if peer.program else "not installed"
    for number in range(runs + 1):
        life = ours.round(count)
        if number:
            mine.append(life)
        if missing:
            continue
        try:
            life = peer.round(count)
        except BenchmarkFailed as error:
            missing = "failed"
            console.print(f"{error}", highlight=False, markup=False)
        else:
            if number:
                theirs.append(life)
    theirs = [] if missing else theirs
    to_ssh = _beside([x.to_ssh for x in mine], [x.to_ssh for x in theirs], missing)
    to_gone = _beside([x.to_gone for x in mine], [x.to_gone for x in theirs], missing)
    last = mine[-1]
    calls = "; ".join(_say(each, count) for each in (last.create_calls, last.destroy_calls))
    others = [
        f"{sum(x.create_calls.values()) / count:.3g}; {sum(x.destroy_calls.values()) / count:.3g}"
        for x in theirs[-1:]
    ]
    return (*to_ssh, *to_gone, calls, *others)


def _beside(ours: Sequence[float], theirs: Sequence[float], missing: str) -> tuple[str, str, str]:
    """Our seconds, theirs, and the ratio."""
    if not theirs:
        return _spread(ours), missing, ""
    return _spread(ours), _spread(theirs), f"{median(ours) / median(theirs):.2f}"


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


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
