"""`longshore down`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.cli.run import begin_run
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation


@click.command("down", epilog=example("longshore down", "longshore down -e staging --yes"))
@shared_options
def command(invocation: Invocation, console: Console) -> int:
    """Take the environment down, with nothing left behind.

    Destroys every machine, disk, firewall, key and group that carries this environment's tags,
    the data in volumes included. Servers that were there already stay, without what was put on
    them. Asks first. Running it again is safe.
    """
    from orchestrator.app.down import down

    run = begin_run(invocation, console)
    down(run.invocation, run.sink, run.cancel, console.confirm)
    return ExitCode.DONE
