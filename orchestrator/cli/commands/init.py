"""`longshore init`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation


@click.command("init", epilog=example("longshore init", "longshore init services/shop"))
@click.argument(
    "directory",
    required=False,
    default=Path(),
    type=click.Path(file_okay=False, exists=True, path_type=Path),
)
@shared_options
def command(invocation: Invocation, console: Console, directory: Path) -> int:
    """Write a commented longshore.yaml into DIRECTORY (default: here); offline.

    A Compose file is found, or written for a Dockerfile; .gitignore gets a line for the local
    state. A file that exists is never overwritten, so running it again is safe.
    """
    from orchestrator.spec.starter import find_compose, starter_project

    written: list[tuple[str, str]] = []
    for path, text in starter_project(directory):
        written.append(("changed" if path.exists() else "wrote", path.name))
        path.write_text(text, encoding="utf-8")
    if console.output == "json":
        console.write(json.dumps({"files": [{"file": f, "action": a} for a, f in written]}))
        return ExitCode.DONE
    lines = [" ".join(each) for each in written] or ["everything is there already"]
    last = "next: `longshore config`, then `longshore plan`"
    if find_compose(directory) is None:
        last = "next: write compose.yaml (there is no Compose file and no Dockerfile here)"
    console.write("\n".join((*lines, last)))
    return ExitCode.DONE
