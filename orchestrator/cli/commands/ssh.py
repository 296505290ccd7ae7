"""`longshore ssh`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.cli.run import begin_run
from orchestrator.invocation import Invocation


@click.command("ssh", epilog=example("longshore ssh us-1", "longshore ssh us-1 -- docker ps"))
@click.argument("machine", required=False)
@click.argument("argv", metavar="[-- CMD...]", nargs=-1, type=click.UNPROCESSED)
@shared_options
def command(
    invocation: Invocation, console: Console, machine: str | None, argv: tuple[str, ...]
) -> int:
    """Open a shell on a machine, or run a command there.

    MACHINE may be left out when there is only one. The machine's pinned host key is checked,
    as everywhere. Exits with the command's own exit code.
    """
    from orchestrator.app.ssh import ssh

    run = begin_run(invocation, console, narrate=False)
    code = ssh(run.invocation, run.sink, run.cancel, machine, argv)
    # A client that a signal ended has a negative code; shells show those as 128 and more.
    return code if code >= 0 else 128 - code
