"""The options that every command has, collected to one `Invocation`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, Literal

import click

from orchestrator.cli.console import Console
from orchestrator.invocation import PROJECT_FILE, Invocation

Body = Callable[Concatenate[Invocation, Console, ...], int]
SANDBOX_VARIABLE = "LONGSHORE_SANDBOX"


def example(*lines: str) -> str:
    """Return an epilog for `--help` that shows how the command is used."""
    shown = "\n".join(f"  {line}" for line in lines)
    return f"\b\n{'Example' if len(lines) == 1 else 'Examples'}:\n{shown}"


def shared_options(body: Body) -> Callable[..., int]:
    """Give a command the shared options. Its function receives the Invocation and the
    Console first and returns the exit code."""
    return shared_options_without()(body)


def shared_options_without(*taken: str) -> Callable[[Body], Callable[..., int]]:
    """Return `shared_options` less short flags that mean something else for a command, as
    `-f` does for `logs`."""

    def decorate(body: Body) -> Callable[..., int]:
        @click.option(
            "--output",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="For people, or one JSON object per line (docs/events.md).",
        )
        @click.option("--yes", "-y", is_flag=True, help="Answer every question with yes.")
        @click.option(
            "--environment", "-e", metavar="NAME", help="One of the project's environments."
        )
        @click.option(
            *(["--file"] if "-f" in taken else ["--file", "-f"]),
            type=click.Path(dir_okay=False, path_type=Path),
            default=Path(PROJECT_FILE),
            help="The project file.  [default: longshore.yaml here or in a directory above]",
        )
        @click.option(
            "--sandbox",
            is_flag=True,
            envvar=SANDBOX_VARIABLE,
            show_envvar=True,
            help="Use the clouds on this machine, not the real ones.",
        )
        @click.pass_context
        @functools.wraps(body)
        def collected(
            context: click.Context,
            /,
            *args: object,
            output: Literal["text", "json"],
            yes: bool,
            environment: str | None,
            file: Path,
            sandbox: bool,
            **kwargs: object,
        ) -> int:
            console = context.find_object(Console) or Console()
            console.output = output
            console.yes = yes
            invocation = Invocation(
                command=context.command_path.split(" ", 1)[-1],
                output=output,
                yes=yes,
                environment=environment,
                file=file,
                sandbox=sandbox,
            )
            return body(invocation, console, *args, **kwargs)

        return collected

    return decorate
