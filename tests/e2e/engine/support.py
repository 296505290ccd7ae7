"""Stand-ins and small looks that the tests of the Engine share."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from orchestrator.engine.channel import Channel
from orchestrator.engine.client import Engine
from orchestrator.engine.containers import Container, list_containers
from orchestrator.engine.create import ContainerRequest
from orchestrator.engine.labels import Scope

MEBIBYTE = 1024 * 1024
LARGE = 48 * MEBIBYTE
"""Bytes of the image that deliveries are tested with; incompressible."""

TEST_LABEL = "longshore.test"
STAYS = ("sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done")
WEB = ("sh", "-c", "trap 'exit 0' TERM; httpd -f -p 8080 -h / & wait")
CHANGES = ("create ", "start ", "stop ", "rename ", "remove ", "retire ")

Requests = Callable[..., ContainerRequest]


class ThisMachine:
    """A `SocketOpener` without a connection: sockets of this machine."""

    def open_unix(self, path: str, /) -> Channel:
        channel = socket.socket(socket.AF_UNIX)
        try:
            channel.connect(path)
        except OSError:
            channel.close()
            raise
        return channel

    def open_tcp(self, host: str, port: int, /) -> Channel:
        return socket.create_connection((host, port), timeout=5)

    def uninterrupted(self, seconds: float, /) -> AbstractContextManager[None]:
        return nullcontext()  # nothing here hears of a stop


class Killed(BaseException):
    """Stands for SIGKILL: nothing in between may catch it."""


class MortalEngine(Engine):
    """Dies right after its n-th change."""

    def __init__(self, changes: int) -> None:
        super().__init__(ThisMachine(), name="local")
        self.left = changes

    @contextmanager
    def calling(self, call: str) -> Iterator[None]:
        if self.left == 0:
            raise Killed
        with super().calling(call):
            yield
        if call.startswith(CHANGES):
            self.left -= 1
            if self.left == 0:
                raise Killed


def by_role(engine: Engine, scope: Scope) -> dict[str, Container]:
    """The environment's containers by the part they play; each part at most once."""
    found = list_containers(engine, scope.project, scope.environment)
    roles = {container.role: container for container in found}
    assert len(roles) == len(found)
    return roles


def until(condition: Callable[[], bool], *, within: float = 20) -> None:
    """Wait for a condition, with a deadline."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
