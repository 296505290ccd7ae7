"""`longshore plan`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.cli.run import begin_run
from orchestrator.errors import ExitCode
from orchestrator.invocation import Invocation


@click.command(
    "plan",
    epilog=example("longshore plan", "longshore plan --environment staging --exit-code"),
)
@click.option("--exit-code", is_flag=True, help="Exit with 3 when there are changes.")
@shared_options
def command(invocation: Invocation, console: Console, exit_code: bool) -> int:
    """Print what `up` would change; change nothing.

    Reads the project, the clouds and the machines. Takes no lock.
    """
    from orchestrator.app.plan import plan

    run = begin_run(invocation, console)
    outcome = plan(run.invocation, run.sink, run.cancel)
    return ExitCode.CHANGES if exit_code and outcome.changes else ExitCode.DONE
