"""The peer: a plain shell script with the OpenSSH client (`peer.sh`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.app import write_app
from benchmarks.commands import BenchmarkFailed, errors_beside, timed
from benchmarks.sides import Run

SCRIPT = Path(__file__).with_name("peer.sh")
PORT = 8080


class Script:
    """`peer.sh` on `count` machines."""

    name = "ssh script"

    def __init__(self, home: Path, project: str, count: int, cloud: Mapping[str, str]) -> None:
        self._work = home / "w"
        self._app = home / "app"
        self._output = home / "output"
        self._environment = {
            **cloud,
            "HOME": str(home),
            "NAME": project,
            "COUNT": str(count),
            "APP": str(self._app),
            "WORK": str(self._work),
            "ADDRESS_URL": cloud["LONGSHORE_ECHO_URL"],
        }

    def write_page(self, page: str) -> None:
        """Change one line of the application."""
        write_app(self._app, page)

    def up(self) -> Run:
        """From nothing to every URL answering."""
        return self._run("up")

    def check(self) -> Run:
        """Find that nothing has to be changed."""
        return self._check("check")

    def check_cloud(self) -> Run:
        """The same with a look at the cloud meanwhile."""
        return self._check("check-cloud")

    def deploy(self) -> Run:
        """Bring a changed application to the machines."""
        return self._run("deploy")

    def down(self) -> None:
        """Everything away; safe when nothing is there."""
        if self._work.exists():
            timed([str(SCRIPT), "down"], self._environment, self._output)

    def _check(self, command: str) -> Run:
        run = self._run(command)
        if "changed:" in errors_beside(self._output).read_text():
            raise BenchmarkFailed(f"`peer.sh {command}` changed something")
        return run

    def _run(self, command: str) -> Run:
        timing = timed([str(SCRIPT), command], self._environment, self._output)
        machines = (self._work / "machines").read_text().split()[1::2]
        urls = tuple(f"http://{address}:{PORT}/" for address in machines)
        return Run(timing, self._mark("machines-run") if command == "up" else None, urls)

    def _mark(self, name: str) -> float:
        lines = (self._work / "marks").read_text().splitlines()
        return float(dict(line.split() for line in lines)[name])
