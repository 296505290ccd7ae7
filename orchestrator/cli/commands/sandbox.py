"""`longshore sandbox`: up, down, status, env."""

from __future__ import annotations

import dataclasses
import json
import shlex

import click

from orchestrator.cli.console import Console
from orchestrator.cli.options import example, shared_options
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.invocation import Invocation


@click.group("sandbox", epilog=example("longshore sandbox up", "longshore up --sandbox"))
def command() -> None:
    """The clouds on this machine: emulated APIs, real machines.

    EC2, Compute Engine and Azure Resource Manager on loopback. Every instance that is created
    boots a real machine, a container with systemd and sshd. Needs a Docker Engine here; costs
    nothing. docs/sandbox.md has more.
    """


@command.command("up", short_help="Start the sandbox.", epilog=example("longshore sandbox up"))
@click.option("--baked", is_flag=True, help="New machines have Docker installed already.")
@shared_options
def up(invocation: Invocation, console: Console, baked: bool) -> int:
    """Start the sandbox; build its machine images first if there are none."""
    from orchestrator.cli.rehearsal import open_sandbox, start_sandbox
    from orchestrator.reporting.events import Notice

    sandbox = open_sandbox()
    sink = console.begin()
    status = start_sandbox(sandbox, sink, baked=baked)
    sink.emit(Notice(f"the sandbox answers at {status.endpoint}"))
    return ExitCode.DONE


@command.command(
    "down",
    short_help="Stop it and remove everything in it.",
    epilog=example("longshore sandbox down"),
)
@shared_options
def down(invocation: Invocation, console: Console) -> int:
    """Stop the sandbox and remove every machine, volume and network of it."""
    from orchestrator.cli.rehearsal import open_sandbox
    from orchestrator.reporting.events import Notice
    from providers.sandbox.errors import SandboxError

    sandbox = open_sandbox()
    sink = console.begin()
    try:
        sandbox.down(lambda line: sink.emit(Notice(line)))
    except SandboxError as error:
        raise LongshoreError(error.message, advice=error.advice) from error
    return ExitCode.DONE


@command.command(
    "status",
    short_help="Say whether it runs, and with which machines.",
    epilog=example("longshore sandbox status --output json"),
)
@shared_options
def status(invocation: Invocation, console: Console) -> int:
    """Say whether the sandbox runs, where it answers, and which machines it has."""
    from orchestrator.cli.rehearsal import open_sandbox
    from providers.sandbox.errors import SandboxError

    try:
        found = open_sandbox().status()
    except SandboxError as error:
        raise LongshoreError(error.message, advice=error.advice) from error
    if console.output == "json":
        console.write(json.dumps(dataclasses.asdict(found), default=str))
        return ExitCode.DONE
    machines = ", ".join(found.machines) or "none"
    running = f"running at {found.endpoint}" if found.running else "not running"
    console.write(f"{running}\nmachines: {machines}\nfolder: {found.home}")
    return ExitCode.DONE


@command.command(
    "env",
    short_help="Print what points tools and SDKs at it.",
    epilog=example(
        'eval "$(longshore sandbox env)"',
        "aws ec2 describe-instances",
        "gcloud compute instances list",
    ),
)
@shared_options
def env(invocation: Invocation, console: Console) -> int:
    """Print the environment that points the clouds' SDKs and tools at the sandbox."""
    from orchestrator.cli.rehearsal import open_sandbox
    from providers.sandbox.errors import SandboxError

    try:
        found = open_sandbox().env()
    except SandboxError as error:
        raise LongshoreError(error.message, advice=error.advice) from error
    if console.output == "json":
        console.write(json.dumps(found))
    else:
        console.write("\n".join(f"export {name}={shlex.quote(found[name])}" for name in found))
    return ExitCode.DONE
