"""What an exception means to the person at the command line, and to its caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from orchestrator.errors import ExitCode, LongshoreError

if TYPE_CHECKING:
    from orchestrator.reporting.events import Outcome

BROKEN_PIPE = 141
"""128 + SIGPIPE: what a shell shows for a program whose reader has left."""


@dataclass(frozen=True)
class Failure:
    """How a command ended when it did not end well. `advice` says what to do next."""

    message: str
    advice: str = ""
    exit_code: int = ExitCode.FAILED
    outcome: Outcome = "failed"
    listed: bool = False
    """Whether the message is a list of problems, each with its place, one on a line."""


def explain(error: BaseException) -> Failure | None:
    """Return what `error` means, or None for one that nothing foresaw: a bug."""
    if isinstance(error, LongshoreError):
        return _ours(error)
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return Failure("stopped", exit_code=ExitCode.INTERRUPTED, outcome="interrupted")
    if isinstance(error, BrokenPipeError):
        return Failure("nobody reads the output", exit_code=BROKEN_PIPE)
    if isinstance(error, OSError) and error.filename is not None:
        # A file that cannot be read or written is the machine's state, not our mistake.
        return Failure(f"{error.filename}: {error.strerror or error}")
    return _cloud(error)


def _ours(error: LongshoreError) -> Failure:
    interrupted = error.exit_code == ExitCode.INTERRUPTED
    return Failure(
        str(error),
        error.advice,
        error.exit_code,
        "interrupted" if interrupted else "failed",
        # SpecError has them; named by shape, so that no project file means no import of spec.
        listed=bool(getattr(error, "problems", ())),
    )


def _usage(error: click.ClickException) -> Failure:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "longshore"
    message = error.format_message().rstrip(".")
    return Failure(message[:1].lower() + message[1:], f"see `{path} --help`", ExitCode.BAD_INPUT)


def _cloud(error: BaseException) -> Failure | None:
    # Here and not above: most commands end without an error.
    from orchestrator.exit_code import exit_code_of
    from providers.contract.errors import CloudError

    if not isinstance(error, CloudError):
        return None
    return Failure(str(error), error.advice, exit_code_of(error))
