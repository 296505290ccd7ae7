"""One table: an error ends a command with the same code wherever it is met."""

from __future__ import annotations

import pytest

from orchestrator.cli.failures import explain
from orchestrator.errors import ExitCode, Interrupted, LongshoreError
from orchestrator.exit_code import exit_code_of
from orchestrator.state.lock import LockedError
from providers.contract import errors as cloud

TABLE: list[tuple[LongshoreError | cloud.CloudError, ExitCode]] = [
    (LongshoreError("no"), ExitCode.FAILED),
    (LockedError("no"), ExitCode.LOCKED),
    (Interrupted(), ExitCode.INTERRUPTED),
    *(
        (kind("no", provider="aws"), code)
        for kind, code in (
            (cloud.AuthError, ExitCode.AUTH),
            (cloud.CapacityError, ExitCode.CAPACITY),
            (cloud.QuotaError, ExitCode.CAPACITY),
            (cloud.InvalidRequestError, ExitCode.BAD_INPUT),
            (cloud.NotInstalledError, ExitCode.BAD_INPUT),
            (cloud.ThrottledError, ExitCode.FAILED),
            (cloud.TransientError, ExitCode.FAILED),
            (cloud.TokenSpentError, ExitCode.FAILED),
            (cloud.UnknownCloudError, ExitCode.FAILED),
            (cloud.ForeignResourceError, ExitCode.FAILED),
            (cloud.DeadlineError, ExitCode.FAILED),
        )
    ),
]


@pytest.mark.parametrize(("error", "code"), TABLE, ids=lambda value: type(value).__name__)
def test_code(error: LongshoreError | cloud.CloudError, code: ExitCode) -> None:
    assert exit_code_of(error) == code
    failure = explain(error)
    assert failure is not None
    assert failure.exit_code == code
