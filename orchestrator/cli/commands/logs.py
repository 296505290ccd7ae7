"""`longshore logs`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options_without
from orchestrator.cli.run import begin_run
from orchestrator.errors import ExitCode, Interrupted
from orchestrator.invocation import Invocation

TAIL = 100
"""Lines of each container that are printed when nothing else is asked for."""


@click.command("logs", epilog=example("longshore logs web", "longshore logs -f --tail 20"))
@click.option("--follow", "-f", is_flag=True, help="Go on printing until Ctrl-C.")
@click.option(
    "--tail",
    type=click.IntRange(min=0),
    default=TAIL,
    show_default=True,
    metavar="N",
    help="Print the last N lines of each container.",
)
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@shared_options_without("-f")
def command(
    invocation: Invocation,
    console: Console,
    follow: bool,
    tail: int,
    services: tuple[str, ...],
) -> int:
    """Print what the services write, of all machines; of all services if none is named."""
    from orchestrator.app.logs import logs

    run = begin_run(invocation, console, narrate=False)
    try:
        logs(run.invocation, run.sink, run.cancel, services, follow, tail)
    except Interrupted:
        # How following ends; a failure only where nobody asked to follow.
        if not follow:
            raise
        return ExitCode.INTERRUPTED
    return ExitCode.DONE
