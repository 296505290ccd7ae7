"""A command line with a command that does what the test says, and its streams in memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import click
import pytest

from orchestrator.cli import main
from orchestrator.cli.console import Console
from orchestrator.cli.options import shared_options
from orchestrator.invocation import Invocation

Body = Callable[[Invocation, Console], int]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run the real command line in this process."""

    def run(*arguments: str) -> Ended:
        code = main.run_command(arguments, Console(source=io.StringIO()))
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    return run


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch, cli: Callable[..., Ended]) -> Callable[..., Ended]:
    """Run a command line whose only command, `act`, is the given function."""

    def run(body: Body, *arguments: str) -> Ended:
        group = click.Group("longshore")
        group.add_command(click.command("act")(shared_options(body)))
        monkeypatch.setattr(main, "cli", group)
        return cli("act", *arguments)

    return run
