"""Questions, and which renderer is chosen. A pseudo-terminal stands in for the person's."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from orchestrator.cli.console import Console
from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.reporting.events import Notice, OperationStarted

LIMIT = 60
"""Seconds after which a test gives up on the terminal."""


class Terminal:
    """A pseudo-terminal: `side` is what the program has, `master` is the person's."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        self.side: TextIO = os.fdopen(slave, "w")
        self.source: TextIO = os.fdopen(os.dup(slave), "r")

    def until(self, expected: bytes) -> bytes:
        """What the person sees, up to `expected`; a pseudo-terminal hands it on in parts."""
        seen = b""
        while expected not in seen:
            ready, _, _ = select.select([self.master], [], [], LIMIT)
            assert ready, f"{expected!r} is not in {seen!r}"
            seen += os.read(self.master, 10000)
        return seen

    def close(self) -> None:
        self.side.close()
        self.source.close()
        os.close(self.master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


def test_yes_is_asked_for_nothing() -> None:
    console = Console(out=io.StringIO(), err=io.StringIO(), source=io.StringIO())
    console.yes = True
    console.confirm("Destroy everything?")


def test_no_terminal_refuses_and_names_the_flag() -> None:
    console = Console(out=io.StringIO(), err=io.StringIO(), source=io.StringIO("y\n"))
    with pytest.raises(LongshoreError) as caught:
        console.confirm("Destroy everything?")
    assert str(caught.value) == "there is no terminal to ask on: Destroy everything?"
    assert caught.value.advice == "pass --yes to agree beforehand"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_yes_goes_on(answer: str, terminal: Terminal) -> None:
    os.write(terminal.master, answer.encode())
    console = Console(out=io.StringIO(), err=terminal.side, source=terminal.source)
    console.masker.learn(["hunter2-canary"])
    console.confirm("Destroy hunter2-canary?")
    assert b"hunter2" not in terminal.until(b"Destroy ***? [y/N]")


@pytest.mark.parametrize("answer", ["n\n", "\n", "yep\n", "\x04"])
def test_anything_else_stops(answer: str, terminal: Terminal) -> None:
    os.write(terminal.master, answer.encode())
    console = Console(out=io.StringIO(), err=terminal.side, source=terminal.source)
    with pytest.raises(LongshoreError, match="none of it was done"):
        console.confirm("Go on?")


def test_stop_while_a_question_stands(terminal: Terminal) -> None:
    console = Console(out=io.StringIO(), err=terminal.side, source=terminal.source)
    threading.Timer(0.05, console.cancel.request).start()
    with pytest.raises(Interrupted):
        console.confirm("Go on?")


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def seconds_of(console: Console, terminal: Terminal) -> float:
    console.output = "json"
    console.end(None, 0)
    written = terminal.until(b"run-finished").decode()
    return float(json.loads(written[written.rindex("{") :])["seconds"])


@pytest.mark.parametrize("answer", ["y", "n"])
def test_the_time_of_a_question_is_not_the_runs(
    answer: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()

    def asked(*_: object) -> bool:
        clock.now += 600.0
        return answer == "y"

    monkeypatch.setattr("orchestrator.cli.question.said_yes", asked)
    console = Console(out=terminal.side, err=terminal.side, source=terminal.source, monotonic=clock)
    console.output = "json"
    console.begin()
    clock.now += 2.5
    with contextlib.suppress(LongshoreError):
        console.confirm("Go on?")
    clock.now += 1.0
    assert seconds_of(console, terminal) == 3.5


def test_a_run_that_ends_while_a_question_stands_does_not_count_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()

    def killed(*_: object) -> bool:
        clock.now += 600.0
        assert seconds_of(console, terminal) == 0.0
        raise Interrupted

    monkeypatch.setattr("orchestrator.cli.question.said_yes", killed)
    console = Console(out=terminal.side, err=terminal.side, source=terminal.source, monotonic=clock)
    console.output = "json"
    console.begin()
    with pytest.raises(Interrupted):
        console.confirm("Go on?")


def shown(console: Console, terminal: Terminal, expected: bytes) -> bytes:
    sink = console.begin()
    sink.emit(OperationStarted("a", "machine", "us-1", "us-1"))
    sink.emit(Notice("hello"))
    console.end(None, 0)
    return terminal.until(expected)


def test_terminal_gets_the_live_renderer(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    console = Console(out=terminal.side, err=io.StringIO(), source=io.StringIO())
    assert b"\x1b[?25l" in shown(console, terminal, b"done in")


def test_dumb_terminal_gets_plain_lines(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console(out=terminal.side, err=io.StringIO(), source=io.StringIO())
    text = shown(console, terminal, b"exit code 0")
    assert b"\x1b" not in text
    assert b"started   machine us-1" in text


def test_json_stays_json_at_a_terminal(terminal: Terminal) -> None:
    console = Console(out=terminal.side, err=io.StringIO(), source=io.StringIO())
    console.output = "json"
    assert shown(console, terminal, b"run-finished").startswith(b'{"type": "operation-started"')
