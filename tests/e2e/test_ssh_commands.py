"""Commands and files over a real SSH server."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import Interrupted
from orchestrator.machines.command import Command, CommandFailed, CommandTimeout
from orchestrator.machines.connection import Connection
from orchestrator.machines.errors import ConnectionLost
from tests.e2e.ssh_server import SshServer, eventually, running

AWKWARD = ("", "a b", "$HOME", "`id`", "'", '"', "\\", "*", "a\nb", "--", "é", ";|&<>")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with running(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture(scope="module")
def connection(server: SshServer) -> Iterator[Connection]:
    with server.connect() as connection:
        yield connection


def sh(script: str, *args: str, **more: object) -> Command:
    return Command(("sh", "-c", script, "sh", *args), **more)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_arguments_arrive_as_they_are(connection: Connection) -> None:
    completed = connection.run(Command(("printf", "%s\\0", *AWKWARD)))
    assert completed.stdout == b"".join(arg.encode() + b"\0" for arg in AWKWARD)


def test_status_output_and_errors_are_kept_apart(connection: Connection) -> None:
    completed = connection.run(sh("echo out; echo err >&2; exit 7"))
    assert (completed.status, completed.stdout, completed.stderr) == (7, b"out\n", b"err\n")
    with pytest.raises(CommandFailed, match=r"exit 7\n  err"):
        completed.check()


def test_a_signal_is_no_status(connection: Connection) -> None:
    completed = connection.run(sh("kill -9 $$"))
    assert completed.status == -1
    with pytest.raises(CommandFailed, match="was ended by a signal"):
        completed.check()


def test_input_and_output_larger_than_any_window(connection: Connection) -> None:
    data = os.urandom(1024) * (20 * 1024)
    completed = connection.run(Command(("cat",), stdin=data, output_limit=len(data)))
    assert completed.stdout == data


def test_a_command_that_does_not_read_its_input_ends_all_the_same(connection: Connection) -> None:
    assert connection.run(Command(("true",), stdin=b"x" * 8_000_000)).status == 0


def test_output_is_bounded_and_the_end_is_kept(connection: Connection) -> None:
    completed = connection.run(sh("seq 1 300000", output_limit=100_000))
    assert completed.stdout.endswith(b"300000\n")
    assert len(completed.stdout) <= 100_000 + 256 * 1024
    assert completed.dropped > 0


def test_a_deadline_keeps_the_partial_output_and_ends_the_command(
    connection: Connection, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(CommandTimeout) as caught:
        connection.run(sh('echo $$ > "$1"; echo begun; exec sleep 600', str(pid), deadline=1.0))
    assert caught.value.partial.stdout == b"begun\n"
    assert "did not end within 1 s\n  begun" in str(caught.value)
    number = pid.read_text().strip()
    eventually(lambda: not Path(f"/proc/{number}").exists(), "the command was ended")
    assert connection.run(Command(("true",))).status == 0


def test_a_stop_ends_a_running_command(server: SshServer) -> None:
    cancel = Cancellation()
    with server.connect(cancel=cancel) as connection:

        def stop(_line: str) -> None:
            cancel.request()

        with pytest.raises(Interrupted):
            connection.stream(sh("echo begun; exec sleep 600", deadline=600), stop)


def test_lines_come_while_the_command_runs(connection: Connection, tmp_path: Path) -> None:
    go = tmp_path / "go"
    seen: list[str] = []

    def on_line(line: str) -> None:
        seen.append(line)
        if line == "first":
            go.touch()

    script = 'echo first; until [ -e "$1" ]; do sleep 0.05; done; echo second; printf last'
    completed = connection.stream(sh(script, str(go)), on_line)
    assert seen == ["first", "second", "last"]
    assert completed.text == "first\nsecond\nlast"


def test_a_child_left_in_the_background_does_not_hold_us_up(connection: Connection) -> None:
    completed = connection.run(sh("sleep 30 & echo $!", deadline=20))
    assert completed.status == 0
    os.kill(int(completed.stdout), signal.SIGTERM)


def test_many_threads_share_one_connection(connection: Connection) -> None:
    def one(number: int) -> bytes:
        return connection.run(Command(("echo", str(number)))).stdout

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(80)))
    assert results == [f"{number}\n".encode() for number in range(80)]


def test_a_lost_connection_is_said(server: SshServer) -> None:
    with server.connect() as connection:
        with pytest.raises(ConnectionLost, match="lost while running `sh -c"):
            # The session's sshd is the parent of `timeout`, which is ours.
            connection.run(sh("kill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat); exec sleep 600"))
        assert not connection.alive
        with pytest.raises(ConnectionLost):
            connection.run(Command(("true",)))


def test_closing_twice_is_safe(server: SshServer) -> None:
    connection = server.connect()
    connection.close()
    connection.close()
    assert not connection.alive


def test_secrets_are_masked_in_errors(connection: Connection) -> None:
    command = sh("cat; exit 3", stdin=b"token=hunter2!", secrets=frozenset({"hunter2!"}))
    with pytest.raises(CommandFailed) as caught:
        connection.run(command).check()
    assert "hunter2!" not in f"{caught.value} {command!r} {caught.value.completed!r}"
    assert "token=********" in str(caught.value)


def test_a_file_appears_whole_with_its_mode(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "with 'quotes'"
    data = os.urandom(3_000_000)
    connection.put(str(path), data, 0o640)
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o7777 == 0o640
    connection.put(str(path), b"", 0o600)
    assert path.read_bytes() == b""
    assert names(tmp_path) == [path.name]


def test_a_file_that_cannot_be_written_fails_and_leaves_nothing(
    connection: Connection, tmp_path: Path
) -> None:
    with pytest.raises(CommandFailed):
        connection.put(str(tmp_path / "missing" / "file"), b"x", 0o600)
    assert names(tmp_path) == []


def test_a_broken_upload_leaves_the_old_file(server: SshServer, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    connection = server.connect()

    def send() -> None:
        with pytest.raises(ConnectionLost):
            connection.put(str(path), b"x" * 2**28, 0o600)

    upload = threading.Thread(target=send)
    upload.start()
    eventually(lambda: len(names(tmp_path)) > 1, "the upload began")
    connection.close()
    upload.join(20)
    eventually(lambda: names(tmp_path) == ["file"], "the draft is gone")
    assert path.read_text() == "old"
