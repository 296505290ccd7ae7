"""A sandbox for the benchmarks, gone with everything in it at the end, whatever ends it."""

from __future__ import annotations

import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docker

from benchmarks.commands import user_environment
from benchmarks.ours import Longshore
from benchmarks.peer import Script
from providers.sandbox.control import Sandbox
from providers.sandbox.labels import SANDBOX
from tests.homes import close, new_home, sweep

REPOSITORIES = ("longshore/{project}-web", "longshore-benchmark/{project}")
"""Where either side puts the images it builds here."""


@dataclass(frozen=True)
class Stage:
    """One sandbox, and what is needed to play on it."""

    home: Path
    environment: dict[str, str]
    sandbox_id: str
    projects: list[str]

    @property
    def exchanges(self) -> Path:
        """Where the sandbox writes down every call."""
        return self.home / "sandbox" / "exchanges.jsonl"

    def sides(self, count: int) -> tuple[Longshore, Script]:
        """Both sides with nothing made yet, for `count` machines each."""
        ours, theirs = self._project("ours", count), self._project("peer", count)
        return (
            Longshore(self._folder(ours), ours, count, self.environment),
            Script(self._folder(theirs), theirs, count, self.environment),
        )

    def machines_on(self) -> set[str]:
        """Ids of the containers that are machines now."""
        return {container["Id"] for container in self._machines()}

    def addresses(self) -> list[str]:
        """Where the machines are."""
        return [
            network["IPAddress"]
            for container in self._machines()
            for network in container["NetworkSettings"]["Networks"].values()
        ]

    def switched_on(self, containers: set[str]) -> float:
        """When the last of these machines was switched on (seconds since 1970): the same
        clock and the same moment for both sides."""
        with _engine() as engine:
            started = [engine.inspect_container(id)["State"]["StartedAt"] for id in containers]
        # Nanoseconds are more digits than fromisoformat takes.
        return max(datetime.fromisoformat(text[:26] + "+00:00").timestamp() for text in started)

    def _machines(self) -> list[dict[str, Any]]:
        with _engine() as engine:
            found: list[dict[str, Any]] = engine.containers(
                filters={"label": f"{SANDBOX}={self.sandbox_id}"}
            )
        return found

    def _project(self, side: str, count: int) -> str:
        project = f"{side}{count}-{uuid.uuid4().hex[:6]}"
        self.projects.append(project)
        return project

    def _folder(self, project: str) -> Path:
        # Short: the paths of sockets that OpenSSH makes below it have to fit into 100 bytes.
        folder = self.home / project
        folder.mkdir()
        return folder


@contextmanager
def open_stage(*, baked: bool = False) -> Iterator[Stage]:
    """A stage whose machines are bare, or have Docker with `baked`. Everything is removed on
    the way out."""
    sweep()
    home = new_home()
    sandbox = Sandbox(home / "sandbox")
    projects: list[str] = []
    try:
        status = sandbox.up(lambda line: print(line, file=sys.stderr), baked=baked)
        yield Stage(home, user_environment(sandbox.env()), status.sandbox, projects)
    finally:
        with _undisturbed():
            close(sandbox, home)
            remove_images(projects)


def remove_images(projects: list[str]) -> None:
    """Remove the images that were built here for these projects."""
    with _engine() as engine:
        for project in projects:
            for repository in REPOSITORIES:
                for image in engine.images(repository.format(project=project)):
                    for tag in image["RepoTags"] or ():
                        engine.remove_image(tag)


@contextmanager
def _engine() -> Iterator[docker.APIClient]:
    client = docker.APIClient(version="auto")
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not stop the clearing away."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
