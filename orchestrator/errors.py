"""The error every room raises for something a person can act on, and the exit codes."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to its caller; documented in `docs/exit-codes.md`."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    CHANGES = 3
    """Only from `plan --exit-code`: the plan is not empty."""
    AUTH = 4
    CAPACITY = 5
    """No capacity or no quota anywhere the target allows."""
    UNREACHABLE = 6
    HOST_KEY = 7
    LOCKED = 8
    INTERRUPTED = 130


class LongshoreError(Exception):
    """Something went wrong that the reader can understand and act on.

    `message` says what and where; `advice` says what to do next. The command line
    prints both and exits with `exit_code`; no traceback is shown.
    """

    exit_code: ExitCode = ExitCode.FAILED

    details: tuple[str, ...] = ()
    """Lines for the reader beyond the message, such as a container's last log lines."""

    def __init__(
        self, message: str, *, advice: str = "", exit_code: ExitCode | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        if exit_code is not None:
            self.exit_code = exit_code


class Interrupted(LongshoreError):
    """The user asked to stop; raised at the next safe point."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        super().__init__(
            "stopped at a safe point",
            advice="nothing is lost: run the same command again to go on from here",
        )
