"""The stop, in a real process: orderly first, at once when a person insists, and bounded
where nobody can."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
import click
from orchestrator.cli import main, signals
from orchestrator.cli.options import shared_options
from orchestrator.reporting.events import Notice

signals.ORDERLY_STOP = float(sys.argv.pop(1))
deaf = sys.argv.pop(1) == "deaf"

def body(invocation, console):
    sink = console.begin()
    sink.emit(Notice("ready"))
    while deaf:
        time.sleep(60)
    console.cancel.wait(60)
    return 0

main.cli = click.Group("longshore")
main.cli.add_command(click.command("act")(shared_options(body)))
sys.exit(main.run())
"""
LIMIT = 60
"""Seconds after which a test gives up on the process."""


def start(*arguments: str, **streams: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], text=True, **streams)  # type: ignore[call-overload, no-any-return]


def piped(*arguments: str) -> subprocess.Popen[str]:
    return start(
        *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_stops_in_order(number: signal.Signals) -> None:
    process = piped("7", "listening", "act")
    assert "ready" in line(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert f"stopping  {number.name}: stopping at the next safe point, within 7 s\n" in out
    assert "end       interrupted, exit code 130\n" in out
    assert err.startswith("stopped at a safe point\n")


def test_without_a_terminal_a_second_signal_changes_nothing_and_a_timer_ends_it() -> None:
    process = piped("1.5", "deaf", "act", "--output", "json")
    assert "ready" in line(process)
    process.send_signal(signal.SIGINT)
    assert json.loads(line(process))["type"] == "stopping"
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LIMIT)
    last = json.loads(out)
    assert process.returncode == last["exit_code"] == 130
    assert (last["type"], last["outcome"]) == ("run-finished", "interrupted")
    assert err == ""


def test_at_a_terminal_the_second_signal_stops_at_once() -> None:
    master, slave = os.openpty()
    process = start("7", "deaf", "act", stdin=slave, stdout=subprocess.PIPE, stderr=slave)
    assert "ready" in line(process)
    process.send_signal(signal.SIGINT)
    assert "stopping at the next safe point; once more to stop now" in line(process)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert "end       interrupted, exit code 130\n" in out
    seen = b""
    while b"run the same command again to go on" not in seen:
        ready, _, _ = select.select([master], [], [], LIMIT)
        assert ready, seen
        seen += os.read(master, 10000)
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("output", ["text", "json"])
def test_reader_that_leaves_ends_it_quietly(output: str) -> None:
    process = piped("7", "listening", "act", "--output", output)
    assert process.stdout
    assert process.stderr
    line(process)
    process.stdout.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=LIMIT) == 141
    assert process.stderr.read() == ""
    process.stderr.close()


def test_broken_pipe_of_a_document_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-c", "from orchestrator.cli.main import run; raise SystemExit(run())",
         "schema"],
        stdout=writer, stderr=subprocess.PIPE, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, "")
