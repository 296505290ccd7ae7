"""Our side: the command a user runs, in a project and a home of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.app import write_app, write_project
from benchmarks.commands import BenchmarkFailed, timed
from benchmarks.measure import OURS
from benchmarks.sides import Run

LONGSHORE = Path(sys.executable).with_name("longshore")


class Longshore:
    """`longshore` on one project of `count` machines."""

    name = OURS

    def __init__(self, home: Path, project: str, count: int, cloud: Mapping[str, str]) -> None:
        self._folder = home / "app"
        self._output = home / "output"
        self._count = count
        self._environment = {
            **cloud,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
        }
        write_project(self._folder, project, count)

    def write_page(self, page: str) -> None:
        """Change one line of the application."""
        write_app(self._folder, page)

    def up(self) -> Run:
        """From what there is, or from nothing, to every URL answering."""
        return self._run("up")

    deploy = up

    def check(self) -> Run:
        """Find that nothing has to be changed; the cloud is always looked at."""
        run = self._run("up")
        if "operation-started" in self._output.read_text():
            raise BenchmarkFailed("the second `longshore up` changed something")
        return run

    check_cloud = check

    def down(self) -> None:
        """Everything away; safe when nothing is there."""
        self._run("down")

    def _run(self, command: str) -> Run:
        argv = [str(LONGSHORE), command, "--yes", "--output", "json", "--file", str(self._file)]
        timing = timed(argv, self._environment, self._output)
        events = [json.loads(line) for line in self._output.read_text().splitlines()]
        urls = tuple(event["url"] for event in events if event["type"] == "url-ready")
        if command == "up" and len(urls) != self._count:
            raise BenchmarkFailed(f"{len(urls)} URLs of {self._count} machines")
        return Run(timing, _machines_ran(events), urls)

    @property
    def _file(self) -> Path:
        return self._folder / "longshore.yaml"


def _machines_ran(events: list[dict[str, Any]]) -> float | None:
    """When the last machine was reported running (seconds since 1970); None if none was made."""
    times = [
        datetime.fromisoformat(event["time"]).timestamp()
        for event in events
        if event["type"] == "operation-finished" and event["kind"] == "machine"
    ]
    return max(times, default=None)
