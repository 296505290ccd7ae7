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
    if isinstance(error, LongshoreError):
        return error.exit_code
    found = (code for kind, code in _OF_CLOUD.items() if isinstance(error, kind))
    return next(found, ExitCode.FAILED)
