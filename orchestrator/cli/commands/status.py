"""`longshore status`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.cli.run import begin_run
from orchestrator.invocation import Invocation


@click.command("status", epilog=example("longshore status", "longshore status --output json"))
@shared_options
def command(invocation: Invocation, console: Console) -> int:
    """Show the machines and what runs on them.

    As the cloud and the machines say now. A machine that cannot be reached is shown as
    unknown, with the reason. So is what is in a cloud that cannot be asked: the others are shown
    all the same, and the exit code says what kept it from answering.
    """
    from orchestrator.app.status import status

    run = begin_run(invocation, console, narrate=False)
    return status(run.invocation, run.sink, run.cancel)
