"""A stop that is asked for while a container is replaced, through a connection that hears of
it in every wait, to an Engine that is slow to answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine.client import SOCKET_PATH, Engine
from orchestrator.engine.errors import UnhealthyError
from orchestrator.engine.labels import Scope
from orchestrator.engine.replace import Step, Wait, recover, replace
from orchestrator.errors import Interrupted
from orchestrator.spec.model import Healthcheck
from tests.e2e.engine.support import STAYS, Requests, by_role
from tests.e2e.ssh_server import UnixServer, running

SLOW = 0.4
"""Seconds by which each answer is late: more than one wait inside the connection."""
SETTLE = Wait(None, 20)
LATE = Healthcheck(test=("CMD", "false"), interval=30, start_period=60)


def late(client: socket.socket) -> None:
    """Pass one connection on to the Engine, its answers late."""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(SOCKET_PATH)

        def back() -> None:
            with suppress(OSError):  # whoever asked may have left
                while data := engine.recv(65536):
                    time.sleep(SLOW)
                    client.sendall(data)

        answers = threading.Thread(target=back, daemon=True)
        answers.start()
        while data := client.recv(65536):
            engine.sendall(data)
        engine.shutdown(socket.SHUT_RDWR)
        answers.join()


@pytest.fixture(scope="module")
def slow_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = UnixServer(tmp_path_factory.mktemp("slow") / "docker.sock", late)
    yield str(server.path)
    server.close()


@pytest.fixture
def remote(
    slow_engine: str, tmp_path_factory: pytest.TempPathFactory, cancel: Cancellation
) -> Iterator[Engine]:
    with running(Path(tmp_path_factory.mktemp("sshd"))) as server:
        connection = server.connect(cancel=cancel)
        engine = Engine(connection, name="us-1", socket_path=slow_engine)
        yield engine
        engine.close()
        connection.close()


@pytest.mark.parametrize(
    "moment", ["creating", "stopping the old one", "starting", "waiting until healthy"]
)
def test_the_old_container_serves_again(
    engine: Engine,
    remote: Engine,
    scope: Scope,
    request_for: Requests,
    cancel: Cancellation,
    moment: Step,
) -> None:
    old = replace(engine, request_for(), wait=SETTLE, cancel=Cancellation())
    with pytest.raises(Interrupted):
        replace(
            remote,
            request_for(STAYS, release="2", healthcheck=LATE),
            wait=SETTLE,
            cancel=cancel,
            on_step=lambda step, _: cancel.request() if step == moment else None,
        )
    roles = by_role(engine, scope)
    assert set(roles) == {"current"}
    assert (roles["current"].id, roles["current"].running) == (old, True)


def test_what_is_well_takes_its_place_although_a_stop_was_asked_for(
    engine: Engine, remote: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    replace(engine, request_for(), wait=SETTLE, cancel=Cancellation())
    new = replace(
        remote,
        request_for(release="2"),
        wait=SETTLE,
        cancel=cancel,
        on_step=lambda step, _: cancel.request() if step == "removing the old one" else None,
    )
    roles = by_role(engine, scope)
    assert set(roles) == {"current"}
    assert (roles["current"].id, roles["current"].running) == (new, True)


def test_a_failed_one_is_put_aside_although_a_stop_is_asked_for_then(
    engine: Engine, remote: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    old = replace(engine, request_for(), wait=SETTLE, cancel=Cancellation())
    with pytest.raises(UnhealthyError):
        replace(
            remote,
            request_for(("sh", "-c", "exit 3"), release="2"),
            wait=SETTLE,
            cancel=cancel,
            on_step=lambda step, _: cancel.request() if step == "keeping the failed one" else None,
        )
    roles = by_role(engine, scope)
    assert set(roles) == {"current", "failed"}
    assert (roles["current"].id, roles["current"].running) == (old, True)


def test_a_repair_ends_although_a_stop_is_asked_for(
    engine: Engine, remote: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    names = scope.container("web")
    old = replace(engine, request_for(), wait=SETTLE, cancel=Cancellation())
    engine.api.stop(names.current)
    engine.api.rename(names.current, names.previous)
    assert recover(remote, names, on_step=lambda *_: cancel.request())
    roles = by_role(engine, scope)
    assert set(roles) == {"current"}
    assert (roles["current"].id, roles["current"].running) == (old, True)
