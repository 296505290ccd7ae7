"""Output and input of containers: logs of several, commands, terminals."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
import threading

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine import containers
from orchestrator.engine.client import Engine
from orchestrator.engine.errors import NotThereError
from orchestrator.engine.exec import exec_run, exec_terminal
from orchestrator.engine.logs import LogLine, LogSource, read_logs, tail
from orchestrator.engine.replace import Wait, replace
from orchestrator.engine.terminal import Terminal
from tests.e2e.engine.support import Requests, until

TALKS = (
    "sh",
    "-c",
    "trap 'exit 0' TERM; echo one; echo two >&2; while :; do sleep 0.1; done",
)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def running(engine: Engine, request_for: Requests, cancel: Cancellation) -> str:
    return replace(engine, request_for(TALKS), wait=Wait(None, 20), cancel=cancel)


def test_the_last_lines(engine: Engine, running: str) -> None:
    assert set(tail(engine, running, lines=10)) == {"one", "two"}
    assert len(tail(engine, running, lines=1)) == 1


def test_reading_without_following_ends(engine: Engine, running: str, cancel: Cancellation) -> None:
    source = LogSource(engine, running, "web")
    lines = list(read_logs([source, source], lines=10, follow=False, cancel=cancel))
    assert sorted(str(line) for line in lines) == sorted(2 * ["local web | one", "local web | two"])
    assert LogLine("local", "web", "stderr", "two") in lines


def test_following_shows_what_comes_and_stops_when_asked(
    engine: Engine, running: str, cancel: Cancellation
) -> None:
    lines = read_logs([LogSource(engine, running, "web")], lines=9, follow=True, cancel=cancel)
    assert {next(lines).text, next(lines).text} == {"one", "two"}
    exec_run(engine, running, ("sh", "-c", "echo late > /proc/1/fd/1"))
    assert next(lines) == LogLine("local", "web", "stdout", "late")
    stopper = threading.Timer(0.1, cancel.request)
    stopper.start()
    assert list(lines) == []
    stopper.join()


def test_a_reader_that_leaves_ends_the_stream(
    engine: Engine, running: str, cancel: Cancellation
) -> None:
    before = threading.active_count()
    lines = read_logs([LogSource(engine, running, "web")], lines=9, follow=True, cancel=cancel)
    next(lines)
    lines.close()
    until(lambda: threading.active_count() == before)


def test_following_ends_with_the_container(
    engine: Engine, running: str, cancel: Cancellation
) -> None:
    lines = read_logs([LogSource(engine, running, "web")], lines=5, follow=True, cancel=cancel)
    first = next(lines).text
    containers.stop(engine, running)
    assert {line.text for line in lines} >= {"one"} - {first}


def test_a_log_that_is_not_there(engine: Engine, cancel: Cancellation) -> None:
    with pytest.raises(NotThereError):
        list(read_logs([LogSource(engine, "no-such", "web")], lines=1, follow=True, cancel=cancel))


def test_a_command_has_its_output_and_exit_status(engine: Engine, running: str) -> None:
    done = exec_run(engine, running, ("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (done.exit_code, done.stdout, done.stderr) == (7, b"out\n", b"err\n")
    assert exec_run(engine, running, ("no-such-command",)).exit_code in (126, 127)


def test_a_command_reads_its_input_while_it_writes(engine: Engine, running: str) -> None:
    data = os.urandom(4 * MEBIBYTE)
    assert exec_run(engine, running, ("cat",), stdin=data).stdout == data


def test_a_terminal_is_raw_sized_and_given_back(engine: Engine, running: str) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    before = termios.tcgetattr(theirs)
    seen = bytearray()
    status: list[int] = []

    def show() -> None:
        while b"interrupted 130" not in seen:
            seen.extend(os.read(ours, 4096))

    def run() -> None:
        terminal = Terminal(theirs, theirs)
        status.append(exec_terminal(engine, running, ("sh",), terminal=terminal))

    threads = [threading.Thread(target=work, daemon=True) for work in (show, run)]
    for thread in threads:
        thread.start()
    until(lambda: b"#" in seen)
    os.write(ours, b"stty size\n")
    until(lambda: b"50 132" in seen)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
    os.write(ours, b"while ! stty size | grep '33 99'; do sleep 0.1; done\n")
    until(lambda: b"33 99\r\n" in seen)
    # Ctrl-C goes to the command and not to us.
    os.write(ours, b"echo go; sleep 100\n")
    until(lambda: b"\r\ngo\r\n" in seen)
    os.write(ours, b"\x03")
    until(lambda: b"# " in seen.rpartition(b"go\r\n")[2])
    os.write(ours, b"echo interrupted $?; exit 5\n")
    until(lambda: b"interrupted 130" in seen)
    threads[1].join(20)
    assert status == [5]
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
