"""`longshore exec`."""

from __future__ import annotations

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.cli.run import begin_run
from orchestrator.invocation import Invocation


@click.command(
    "exec",
    context_settings={"allow_interspersed_args": False},
    epilog=example(
        "longshore exec web env",
        "longshore exec -t --machine us-1 web sh",
    ),
)
@click.option("--tty", "-t", is_flag=True, help="With a terminal, for a shell say.")
@click.option("--machine", metavar="NAME", help="On this machine; else on the first that has it.")
@click.argument("service")
@click.argument("argv", metavar="CMD...", nargs=-1, required=True, type=click.UNPROCESSED)
@shared_options
def command(
    invocation: Invocation,
    console: Console,
    tty: bool,
    machine: str | None,
    service: str,
    argv: tuple[str, ...],
) -> int:
    """Run a command in a service's container.

    Options come before SERVICE; everything after it is the command. Exits with the
    command's own exit code.
    """
    argv = _command(click.get_current_context(), service, argv)
    from orchestrator.app.execute import execute

    run = begin_run(invocation, console, narrate=False)
    return execute(run.invocation, run.sink, run.cancel, service, machine, argv, tty)


def _command(context: click.Context, service: str, argv: tuple[str, ...]) -> tuple[str, ...]:
    """The container's command, less the `--` that may set it apart. Raises UsageError when
    there is none, or when what comes first is an option of ours."""
    if argv[0] == "--":
        argv = argv[1:]
        if not argv:
            raise click.UsageError("missing argument 'CMD...'", context)
        return argv
    name = argv[0].partition("=")[0]
    ours = {
        option
        for parameter in context.command.get_params(context)
        for option in (*parameter.opts, *parameter.secondary_opts)
        if isinstance(parameter, click.Option)
    }
    if name in ours:
        raise click.UsageError(
            f"options come before SERVICE: put {name} before {service}, or write "
            f"`exec {service} -- {name} ...` when it is the command",
            context,
        )
    return argv
