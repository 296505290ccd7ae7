"""`longshore config`."""

from __future__ import annotations

import json
import os

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation


@click.command("config", epilog=example("longshore config", "longshore config --output json"))
@click.option("--reveal", is_flag=True, help="Show secret values too.")
@shared_options
def command(invocation: Invocation, console: Console, reveal: bool) -> int:
    """Print the resolved project; offline.

    The project file and the Compose file merged, variables put in, everything checked. Values
    that come from env_file or the environment are shown as ***.
    """
    from orchestrator.spec import load_project
    from orchestrator.spec.resolved import render_resolved, resolved_document

    found = invocation.with_project_file()
    project = load_project(found.file, environment=found.environment, environ=os.environ)
    if console.output == "json":
        console.write(json.dumps(resolved_document(project, masked=not reveal)))
    else:
        console.write(render_resolved(project, reveal=reveal))
    return ExitCode.DONE
