"""`longshore schema`."""

from __future__ import annotations

import json

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation


@click.command("schema", epilog=example("longshore schema > longshore.schema.json"))
@shared_options
def command(invocation: Invocation, console: Console) -> int:
    """Print the JSON Schema of longshore.yaml, for editors; offline."""
    from orchestrator.spec.schema import project_schema

    console.write(json.dumps(project_schema(), indent=2))
    return ExitCode.DONE
