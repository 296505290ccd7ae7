"""The exit code that an error stands for: one table, whichever command meets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orchestrator.errors import ExitCode, LongshoreError
from providers.contract import errors

_OF_CLOUD: Final[Mapping[type[errors.CloudError], ExitCode]] = {
    errors.AuthError: ExitCode.AUTH,
    errors.CapacityError: ExitCode.CAPACITY,
    errors.QuotaError: ExitCode.CAPACITY,
    errors.InvalidRequestError: ExitCode.BAD_INPUT,
    errors.NotInstalledError: ExitCode.BAD_INPUT,
}


def exit_code_of(error: LongshoreError | errors.CloudError) -> ExitCode:
    """What the process says to its caller when this ends a command."""
    cause: BaseException | None = error
    while isinstance(cause, LongshoreError | errors.CloudError):
        # A provider that reaches its machines over our own connection passes on what went
        # wrong with that: an impostor is one, whoever found it out.
        if isinstance(cause, LongshoreError):
            return cause.exit_code
        cause = cause.__cause__
    found = (code for kind, code in _OF_CLOUD.items() if isinstance(error, kind))
    return next(found, ExitCode.FAILED)
