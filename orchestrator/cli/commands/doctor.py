"""`longshore doctor`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.invocation import Invocation


@click.command(
    "doctor",
    epilog=example(
        "longshore doctor", "longshore doctor --sandbox", "longshore doctor --output json"
    ),
)
@shared_options
def command(invocation: Invocation, console: Console) -> int:
    """Look for whatever could stand in the way of `up`; change nothing.

    The project, this machine, and each place that the project names: credentials and whose
    they are, permission for each call, quota, image, size, network, clock. The exit code is
    that of the worst finding (docs/exit-codes.md).
    """
    from orchestrator.app.doctor import doctor

    sink = console.begin(narrate=False)
    if invocation.sandbox:
        from orchestrator.cli.rehearsal import point_at_sandbox

        point_at_sandbox(sink, start=False)
    return doctor(invocation, sink, console.cancel).exit_code
