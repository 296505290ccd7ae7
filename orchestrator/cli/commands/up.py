"""`longshore up`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.cli.run import begin_run
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation


@click.command("up", epilog=example("longshore up", "longshore up --sandbox --yes"))
@shared_options
def command(invocation: Invocation, console: Console) -> int:
    """Make machines and containers what the project says.

    Shows the plan and asks before it changes anything. What is already as wanted stays
    untouched, so running it again is safe, also after a crash. With --sandbox the sandbox is
    started when it does not run.
    """
    from orchestrator.app.up import up

    run = begin_run(invocation, console, start_sandbox=True)
    up(run.invocation, run.sink, run.cancel, console.confirm)
    return ExitCode.DONE
