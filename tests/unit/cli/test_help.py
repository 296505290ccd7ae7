"""Every command explains itself, and the overview costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest

from orchestrator.cli.main import cli as group
from orchestrator.cli.table import COMMANDS

HEAVY = (
    "boto3", "botocore", "docker", "moto", "paramiko", "pydantic", "rich", "yaml",
    "tenacity", "cryptography", "asyncio",
)  # fmt: skip
PROBE = """
import json, sys
from orchestrator.cli.main import run
sys.argv = ["longshore", *sys.argv[1:]]
code = run()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def commands(
    parent: click.Group = group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(parent)
    for name in parent.list_commands(context):
        command = parent.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_help_has_an_example_of_the_command(path: tuple[str, ...], cli: Callable[..., Any]) -> None:
    ended = cli(*path, "--help")
    assert ended.code == 0
    usage, examples = ended.out.split("Example", 1)
    assert usage.startswith(f"Usage: longshore {' '.join(path)}")
    assert f"longshore {path[0]}" in examples


LEAVES = [(p, c) for p, c in commands() if not isinstance(c, click.Group)]


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(p) for p, _ in LEAVES])
def test_every_command_has_the_shared_options(
    path: tuple[str, ...], command: click.Command
) -> None:
    names = [name for parameter in command.params for name in parameter.opts]
    assert {"--output", "--yes", "--environment", "--file", "--sandbox"} <= set(names)
    assert len(names) == len(set(names))


def test_overview_lists_every_command_with_its_line(cli: Callable[..., Any]) -> None:
    ended = cli("--help")
    for entry in COMMANDS:
        assert f"  {entry.name:<8} {entry.help}\n" in ended.out
    assert cli() == ended


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense"], ["up", "--help"]])
def test_overview_imports_nothing_heavy(arguments: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    _, modules = json.loads(ended.stderr.splitlines()[-1])
    loaded = {name.split(".")[0] for name in modules}
    assert not loaded.intersection(HEAVY)
    called = {name for name in modules if name.startswith("orchestrator.cli.commands.")}
    assert called <= ({"orchestrator.cli.commands.up"} if arguments[0] == "up" else set())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("pln", "error: no command 'pln'; did you mean 'plan'?\nsee `longshore --help`\n"),
        ("stats", "error: no command 'stats'; did you mean 'status'?\nsee `longshore --help`\n"),
        ("xyzzy", "error: no command 'xyzzy'\nsee `longshore --help`\n"),
    ],
)
def test_typo_gets_the_nearest_command(typed: str, said: str, cli: Callable[..., Any]) -> None:
    ended = cli(typed)
    assert (ended.code, ended.out, ended.err) == (2, "", said)
