"""One retry policy for every adapter: exponential with full jitter, bounded twice.

Only idempotent work is retried, only for throttling and transient errors, at most
`attempts` times and never past the deadline; each retry is reported with its reason and
the wait. Adapters switch their SDK's own retries off so that the two never multiply.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from providers.contract.errors import CloudError, PassingError, TokenSpentError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

ATTEMPTS = 8
FIRST_WAIT = 0.2
"""Seconds; the upper end of the first jittered wait."""
LONGEST_WAIT = 20.0
DEADLINE = 120.0
"""Seconds for one call with all its retries, unless the caller gives another."""


@dataclass(frozen=True)
class Retry:
    """One retry, as reported: what failed, why, and how long until the next try."""

    provider: str
    operation: str
    reason: str
    attempt: int
    wait: float


OnRetry = Callable[[Retry], None]

Pause = Callable[[float], None]
"""Waits so many seconds. It may raise what its owner understands, to end whatever waits:
adapters let it pass, and leave nothing half done that the same call would not go on from."""


def ignore_retry(_: Retry) -> None:
    """For callers that have nobody to tell."""


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds of a retry; the defaults serve single API calls."""

    attempts: int = ATTEMPTS
    first_wait: float = FIRST_WAIT
    longest_wait: float = LONGEST_WAIT
    deadline: float = DEADLINE


def _passes(error: BaseException) -> bool:
    """Whether the same request may succeed when it is sent again."""
    return isinstance(error, PassingError) and not isinstance(error, TokenSpentError)


def with_retries(
    call: Callable[[], T],
    *,
    operation: str,
    on_retry: OnRetry,
    policy: RetryPolicy | None = None,
    sleep: Pause = time.sleep,
) -> T:
    """Run `call`, again for ThrottledError and TransientError within the policy.

    The last error is raised as it is when the bounds are reached. A `Retry-After` that came
    with the refusal is honoured in full, unless that would pass the deadline.
    """
    began = time.monotonic()
    try:
        return call()
    except PassingError as error:
        if not _passes(error):
            raise
        failed: list[CloudError] = [error]

    def once_more() -> T:
        # The loop begins with the failure that there was: it counts as the first attempt.
        if failed:
            raise failed.pop()
        return call()

    bounds = policy or RetryPolicy()
    left = replace(bounds, deadline=bounds.deadline - (time.monotonic() - began))
    return _retrying(once_more, operation, on_retry, left, sleep)


def _retrying(
    call: Callable[[], T], operation: str, on_retry: OnRetry, bounds: RetryPolicy, sleep: Pause
) -> T:
    # Here, because most runs never retry anything and an import is milliseconds.
    from tenacity import (
        Retrying,
        retry_if_exception,
        stop_after_attempt,
        stop_before_delay,
        wait_random_exponential,
    )

    jitter = wait_random_exponential(multiplier=bounds.first_wait, max=bounds.longest_wait)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, PassingError) else None
        return max(asked or 0.0, jitter(state))

    def report(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CloudError):
            wait = state.upcoming_sleep
            reason = f"{error.code} {error.message}".strip()
            on_retry(Retry(error.provider, operation, reason, state.attempt_number, wait))

    loop = Retrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_attempt(bounds.attempts) | stop_before_delay(bounds.deadline),
        wait=pause,
        before_sleep=report,
        sleep=sleep,
        reraise=True,
    )
    return loop(call)
