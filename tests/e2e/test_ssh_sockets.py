"""Unix sockets and ports on a machine, through its SSH connection."""

from __future__ import annotations

import concurrent.futures
import http.client
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import Interrupted
from orchestrator.machines.channels import ChannelSocket
from orchestrator.machines.connection import Connection
from orchestrator.machines.errors import ChannelRefused, ConnectionLost
from orchestrator.machines.unixsocket import DOCKER_SOCKET, Fallback
from tests.e2e.ssh_server import DEADLINE, SshServer, UnixServer, eventually, running

BULK = 256 * 1024 * 1024
BLOCK = bytes(range(256)) * 4096  # 1 MiB


def answer_http(client: socket.socket) -> None:
    reader = client.makefile("rb")
    while line := reader.readline():
        while reader.readline().strip():
            pass
        path = line.split()[1]
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with running(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture(scope="module")
def connection(server: SshServer) -> Iterator[Connection]:
    with server.connect() as connection:
        yield connection


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Path]:
    server = UnixServer(tmp_path / "web.sock", answer_http)
    yield server.path
    server.close()


def http_over(sock: ChannelSocket) -> http.client.HTTPConnection:
    client = http.client.HTTPConnection("engine")
    client.sock = sock  # type: ignore[assignment]
    return client


def get(client: http.client.HTTPConnection, path: str) -> str:
    client.request("GET", path)
    return client.getresponse().read().decode()


def test_http_over_a_unix_socket_keeps_the_channel(connection: Connection, web: Path) -> None:
    client = http_over(connection.open_unix(str(web)))
    assert [get(client, f"/{number}") for number in range(50)] == [f"/{n}" for n in range(50)]
    client.close()


def test_many_threads_have_channels_of_their_own(connection: Connection, web: Path) -> None:
    def one(number: int) -> list[str]:
        client = http_over(connection.open_unix(str(web)))
        answers = [get(client, f"/{number}/{i}") for i in range(10)]
        client.close()
        return answers

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(24))) == [
            [f"/{number}/{i}" for i in range(10)] for number in range(24)
        ]


def test_the_engines_socket_answers(connection: Connection) -> None:
    client = http_over(connection.open_unix(DOCKER_SOCKET))
    assert get(client, "/_ping") == "OK"
    client.close()


def test_a_missing_socket_is_said(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(ChannelRefused, match=r"cannot reach .*no\.sock: there is no such socket"):
        connection.open_unix(str(tmp_path / "no.sock"))


def test_a_socket_behind_which_nobody_listens_is_said(
    connection: Connection, tmp_path: Path
) -> None:
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(stale))
    with pytest.raises(ChannelRefused, match="or nothing listens there"):
        connection.open_unix(str(stale))


def test_a_port_of_the_machine(connection: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with connection.open_tcp("127.0.0.1", port) as sock:
            client, _ = listener.accept()
            sock.sendall(b"ping")
            assert client.recv(4) == b"ping"
            client.close()
            assert sock.recv(1) == b""
    with pytest.raises(ChannelRefused, match=f"cannot reach 127.0.0.1:{port}"):
        connection.open_tcp("127.0.0.1", port)


def test_it_stays_open_until_its_files_are_closed(connection: Connection, web: Path) -> None:
    sock = connection.open_unix(str(web))
    reader = sock.makefile("rb")
    sock.sendall(b"GET /late HTTP/1.1\r\n\r\n")
    sock.close()
    assert reader.readline() == b"HTTP/1.1 200 OK\r\n"  # type: ignore[attr-defined]
    reader.close()
    with pytest.raises(BrokenPipeError):
        sock.sendall(b"x")


def test_timeouts_and_readiness(connection: Connection, tmp_path: Path) -> None:
    go = threading.Event()

    def handle(client: socket.socket) -> None:
        go.wait(DEADLINE)
        client.sendall(b"now")

    server = UnixServer(tmp_path / "slow.sock", handle)
    with connection.open_unix(str(server.path)) as sock:
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        sock.settimeout(0.0)
        with pytest.raises(BlockingIOError):
            sock.recv(1)
        sock.settimeout(None)
        go.set()
        assert sock.recv(3) == b"now"
        assert sock.recv(1) == b""
        assert sock.fileno() >= 0
    server.close()


def test_a_stop_ends_a_read_that_waits(server: SshServer, tmp_path: Path) -> None:
    cancel = Cancellation()
    silent = UnixServer(tmp_path / "silent.sock", lambda client: client.recv(1) and None)
    with server.connect(cancel=cancel) as connection:
        sock = connection.open_unix(str(silent.path))
        timer = threading.Timer(0.2, cancel.request)
        timer.start()
        with pytest.raises(Interrupted):
            sock.recv(1)
        timer.join()
    silent.close()


def test_a_lost_connection_is_no_end_of_stream(server: SshServer, tmp_path: Path) -> None:
    silent = UnixServer(tmp_path / "silent.sock", lambda client: client.recv(1) and None)
    connection = server.connect()
    sock = connection.open_unix(str(silent.path))
    connection.close()
    with pytest.raises(ConnectionResetError):
        sock.recv(1)
    with pytest.raises(ConnectionLost):
        connection.open_unix(str(silent.path))
    silent.close()


def test_bulk_in_both_directions_at_once(connection: Connection, tmp_path: Path) -> None:
    received: list[int] = []

    def handle(client: socket.socket) -> None:
        down = threading.Thread(target=send_bulk, args=(client,))
        down.start()
        total = 0
        while data := client.recv(1 << 20):
            total += len(data)
        received.append(total)
        down.join(DEADLINE)

    def send_bulk(client: socket.socket) -> None:
        for _ in range(BULK // len(BLOCK)):
            client.sendall(BLOCK)
        client.shutdown(socket.SHUT_WR)

    server = UnixServer(tmp_path / "bulk.sock", handle)
    sock = connection.open_unix(str(server.path))

    def upload() -> None:
        for _ in range(BULK // len(BLOCK)):
            sock.sendall(BLOCK)
        sock.shutdown(socket.SHUT_WR)

    up = threading.Thread(target=upload)
    up.start()
    reader = sock.makefile("rb")
    total = 0
    while data := reader.read(len(BLOCK)):  # type: ignore[attr-defined]
        assert data == BLOCK
        total += len(data)
    up.join(60)
    eventually(lambda: received == [BULK], "all of it arrived")
    assert total == BULK
    reader.close()
    sock.close()
    server.close()


FAKE_DOCKER = """\
#!{python}
import socket, sys, threading
if sys.argv[1:] == ["version"]:
    {version}
    sys.exit(0)
assert sys.argv[1:] == ["system", "dial-stdio"]
sock = socket.socket(socket.AF_UNIX)
sock.connect({path!r})
def up():
    while data := sys.stdin.buffer.raw.read(65536):
        sock.sendall(data)
    sock.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := sock.recv(65536):
    sys.stdout.buffer.raw.write(data)
"""


def fake_docker(folder: Path, path: Path, version: str = "pass") -> str:
    folder.mkdir()
    command = folder / "docker"
    command.write_text(FAKE_DOCKER.format(python=sys.executable, path=str(path), version=version))
    command.chmod(0o755)
    return f"PATH={folder}:{os.environ['PATH']}"


def test_where_streamlocal_is_forbidden_the_docker_command_serves(
    tmp_path: Path, web: Path
) -> None:
    env = fake_docker(tmp_path / "bin", web)
    heard: list[Fallback] = []
    with (
        running(tmp_path / "s", "AllowStreamLocalForwarding no", env) as server,
        server.connect(on_fallback=heard.append) as connection,
    ):
        for _ in range(2):
            client = http_over(connection.open_unix(DOCKER_SOCKET))
            assert get(client, "/through") == "/through"
            client.close()
        with pytest.raises(ChannelRefused, match="the SSH server forbids it") as caught:
            connection.open_unix(str(web))
        assert "AllowStreamLocalForwarding yes" in caught.value.advice
    reason = "the SSH server forbids forwarding to unix sockets"
    assert heard == [Fallback("test-1", reason)]


def test_where_the_docker_command_fails_too_its_words_are_shown(tmp_path: Path, web: Path) -> None:
    env = fake_docker(tmp_path / "bin", web, 'sys.exit("Cannot connect to the daemon")')
    with (
        running(tmp_path / "s", "AllowStreamLocalForwarding no", env) as server,
        server.connect() as connection,
        pytest.raises(ChannelRefused, match="no way round: Cannot connect to the daemon"),
    ):
        connection.open_unix(DOCKER_SOCKET)


def test_where_there_is_no_docker_command_that_is_said(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")
    with (
        running(tmp_path / "s", "AllowStreamLocalForwarding no", f"PATH={tools}") as server,
        server.connect() as connection,
        pytest.raises(ChannelRefused, match="no way round: there is no docker command"),
    ):
        connection.open_unix(DOCKER_SOCKET)
