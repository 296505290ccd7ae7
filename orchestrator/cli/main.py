"""The entry point: one command in, one exit code out, and never a traceback by surprise."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click

from orchestrator import __version__
from orchestrator.cli.console import Console
from orchestrator.cli.failures import BROKEN_PIPE, Failure, explain
from orchestrator.cli.group import LazyGroup
from orchestrator.errors import ExitCode

NAME = "longshore"
SELDOM = (500_000, 20, 20)
"""Garbage collection thresholds; see `run`."""
COMPLETION_VARIABLE = "_LONGSHORE_COMPLETE"

cli = LazyGroup(
    name=NAME,
    help="From a Compose file to containers on AWS, Google Cloud, Azure or your own servers.",
    epilog="\b\nExample:\n  longshore init && longshore up --sandbox",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=False,
)
cli = click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")(cli)


def run() -> int:
    """Run the command line of this process and return its exit code."""
    # Most of what a command makes lives until its end, so looking for garbage finds little
    # and cost a fifth of a short command's time: look for it seldom, and not at the exit. The
    # SDKs of three clouds are 400,000 objects, none of them garbage.
    gc.set_threshold(*SELDOM)
    arguments = sys.argv[1:]
    if COMPLETION_VARIABLE in os.environ:
        cli.main(arguments, prog_name=NAME)
    console = Console()
    code = run_command(arguments, console)
    if code == BROKEN_PIPE:
        # What is still buffered has no reader; without this, Python complains at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gc.freeze()
    return code


def run_command(arguments: Sequence[str], console: Console) -> int:
    """Run one command, tell how it ended, and return the exit code."""
    console.output = "json" if asks_for_json(arguments) else "text"
    failure: Failure | None = None
    code = int(ExitCode.DONE)
    try:
        code = invoke(arguments, console)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001
        # The one place that catches everything: whatever happens, the terminal is put back,
        # the stream of events gets its last one, and the caller gets an exit code.
        failure = explain(error) or bug(error, console)
        code = int(failure.exit_code)
    console.end(failure, code)
    return BROKEN_PIPE if console.reader_left else code


def invoke(arguments: Sequence[str], console: Console) -> int:
    """Parse and run; the command's own exit code is returned, errors are raised.

    click's own `main` is not used because it turns a broken pipe into an exit by itself.
    """
    try:
        with cli.make_context(NAME, list(arguments) or ["--help"], obj=console) as context:
            return int(cli.invoke(context) or ExitCode.DONE)
    except click.exceptions.Exit as done:
        return done.exit_code


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether errors are to be told as JSON, known before the arguments are parsed."""
    words = list(arguments)
    if "--" in words:
        words = words[: words.index("--")]
    return "--output=json" in words or ("--output", "json") in pairwise(words)


def bug(error: BaseException, console: Console) -> Failure:
    """Return what to say about an exception that nothing foresaw."""
    what = f"this is a bug in Longshore: {type(error).__name__}: {error}"
    if os.environ.get("LONGSHORE_DEBUG") != "1":
        return Failure(what, "please report it; LONGSHORE_DEBUG=1 writes the traceback to a file")
    import tempfile
    import traceback

    text = console.masker.mask("".join(traceback.format_exception(error)))
    descriptor, path = tempfile.mkstemp(prefix="longshore-traceback-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Failure(what, f"please report it with the traceback in {path}")
