"""`python -m benchmarks.unchanged`: a `longshore up` with nothing to do, by the clouds it asks.

A project of one cloud must not pay for the others; that of all three pays for each. Beside the
wall's seconds stand those of the processor, which a busy machine changes less. Nothing is
asserted.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.app import COMPOSE, write_app
from benchmarks.commands import timed
from benchmarks.facts import read_facts
from benchmarks.lifecycle import REGIONS
from benchmarks.ours import LONGSHORE
from benchmarks.report import show_facts
from benchmarks.stage import Stage, open_stage
from benchmarks.traffic import Traffic

ALL = tuple(REGIONS)
CHOICES = (*((name,) for name in ALL), ALL)
TARGET = "  {name}: {{provider: {name}, region: {region}, size: {{cpu: 2, memory: 4GiB}}}}\n"


@dataclass(frozen=True)
class Cost:
    """Of one run: seconds on the wall, and of the processor (user and system together)."""

    wall: float
    processor: float


class Project:
    """The application on one machine of each of the clouds."""

    def __init__(self, stage: Stage, clouds: Sequence[str]) -> None:
        self.name = f"un{len(clouds)}-{uuid.uuid4().hex[:6]}"
        self.clouds = clouds
        stage.projects.append(self.name)
        home = stage.home / self.name
        self._folder = home / "app"
        self._environment = {
            **stage.environment,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
        }
        write_app(self._folder, "hello\n")
        (self._folder / "compose.yaml").write_text(COMPOSE)
        targets = "".join(TARGET.format(name=name, region=REGIONS[name]) for name in clouds)
        (self._folder / "longshore.yaml").write_text(f"name: {self.name}\ntargets:\n{targets}")

    def run(self, command: str) -> Cost:
        """Run it to its end. Raises BenchmarkFailed when it fails."""
        file = str(self._folder / "longshore.yaml")
        argv = [str(LONGSHORE), command, "--yes", "--output", "json", "--file", file]
        before = _processor()
        took = timed(argv, self._environment, self.output)
        return Cost(took.seconds, _processor() - before)

    @property
    def output(self) -> Path:
        """What the last command said."""
        return self._folder.parent / "output"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each choice of clouds, all in turn, and show a table."""
    options = _options(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    if not console.is_terminal:
        console.width = 110
    show_facts(console, read_facts())
    table = Table(caption="seconds, median (least-most); calls: API calls of one run")
    table.add_column("clouds")
    for name in ("wall", "processor", "calls"):
        table.add_column(name, justify="right", no_wrap=True)
    with open_stage(baked=True) as stage:
        projects = [Project(stage, clouds) for clouds in CHOICES]
        costs: dict[str, list[Cost]] = {project.name: [] for project in projects}
        calls: Mapping[str, int] = {}
        for project in projects:
            project.run("up")
        for number in range(options.runs + 1):
            for project in projects:
                counts = [Traffic(stage.exchanges, cloud) for cloud in ALL]
                for traffic in counts:
                    traffic.begin()
                cost = project.run("up")
                calls = {**calls, project.name: sum(sum(t.calls().values()) for t in counts)}
                if number:
                    costs[project.name].append(cost)
        for project in projects:
            each = costs[project.name]
            wall, processor = [x.wall for x in each], [x.processor for x in each]
            row = (_spread(wall), _spread(processor), str(calls[project.name]))
            table.add_row(", ".join(project.clouds), *row)
            project.run("down")
    console.print(table)
    return 0


def _processor() -> float:
    """Seconds that all ended children have had of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unchanged", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="runs of each (default: 9)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
