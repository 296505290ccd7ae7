"""The same calls as they go to a machine: through one verified SSH connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine.client import Engine
from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import UnhealthyError
from orchestrator.engine.exec import exec_run
from orchestrator.engine.labels import Scope
from orchestrator.engine.logs import LogSource, read_logs
from orchestrator.engine.replace import Wait, replace
from orchestrator.images.deliver import deliver_direct
from orchestrator.images.inspection import find_image
from orchestrator.images.local import LocalEngine
from orchestrator.machines.connection import Connection
from orchestrator.spec.model import Probe
from tests.e2e.engine.support import LARGE, MEBIBYTE, STAYS, WEB, Requests, by_role
from tests.e2e.ssh_server import running


@pytest.fixture(scope="session")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with running(tmp_path_factory.mktemp("sshd")) as server:
        connection = server.connect()
        yield connection
        connection.close()


@pytest.fixture
def remote(connection: Connection) -> Iterator[Engine]:
    engine = Engine(connection, name="us-1")
    yield engine
    engine.close()


def test_a_service_is_replaced_and_put_back(
    remote: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    wait = Wait(Probe("web", "http", 8080, "/bin/busybox"), 20)
    replace(remote, request_for(WEB), wait=wait, cancel=cancel)
    second = replace(remote, request_for(WEB, release="2"), wait=wait, cancel=cancel)
    with pytest.raises(UnhealthyError) as caught:
        broken = request_for(("sh", "-c", "echo broken; exit 1"), release="3")
        replace(remote, broken, wait=wait, cancel=cancel)
    assert caught.value.log_lines == ("broken",)
    roles = by_role(remote, scope)
    assert (roles["current"].id, roles["current"].running) == (second, True)
    assert roles["failed"].release == "3"


def test_many_threads_share_the_connection(remote: Engine, scope: Scope) -> None:
    def look(_: int) -> int:
        return len(list_containers(remote, scope.project, scope.environment))

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(look, range(64))) == {0}


def test_logs_and_commands_stream(
    remote: Engine, request_for: Requests, cancel: Cancellation
) -> None:
    made = replace(remote, request_for(STAYS), wait=Wait(None, 20), cancel=cancel)
    lines = read_logs([LogSource(remote, made, "web")], lines=9, follow=True, cancel=cancel)
    assert next(lines).text == "ready"
    before = threading.active_count()
    lines.close()
    assert threading.active_count() <= before
    data = os.urandom(4 * MEBIBYTE)
    assert exec_run(remote, made, ("cat",), stdin=data).stdout == data
    assert exec_run(remote, made, ("sh", "-c", "exit 6")).exit_code == 6


def test_an_image_is_delivered(
    connection: Connection,
    empty_engine: Engine,
    other_socket: str,
    local: LocalEngine,
    large_image: str,
    cancel: Cancellation,
) -> None:
    remote = Engine(connection, name="us-1", socket_path=other_socket)
    assert deliver_direct(remote, local, large_image, cancel=cancel).sent > LARGE
    assert find_image(empty_engine, large_image) is not None
    assert deliver_direct(remote, local, large_image, cancel=cancel).sent == 0
    remote.close()
