"""The one retry policy: what is tried again, how long is waited, and where it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from providers.contract.classify import build_error
from providers.contract.errors import (
    CloudError,
    InvalidRequestError,
    ThrottledError,
    TokenSpentError,
    TransientError,
)
from providers.contract.retry import Retry, RetryPolicy, with_retries


class Clock:
    """Time that passes only when somebody waits, or works."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    yield made


def failing(*errors: CloudError) -> Callable[[], str]:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def run(clock: Clock, call: Callable[[], str], policy: RetryPolicy | None = None) -> list[Retry]:
    retries: list[Retry] = []
    with_retries(call, operation="x.y", on_retry=retries.append, policy=policy, sleep=clock.pause)
    return retries


def throttled(retry_after: float | None = None) -> CloudError:
    return build_error("throttled", "slow", provider="p", operation="x.y", retry_after=retry_after)


def busy(retry_after: float | None = None) -> CloudError:
    return build_error("transient", "busy", provider="p", operation="x.y", retry_after=retry_after)


def test_each_retry_is_told_with_its_reason_and_its_wait(clock: Clock) -> None:
    retries = run(clock, failing(throttled(), busy()))
    assert [retry.reason for retry in retries] == ["slow", "busy"]
    assert [retry.wait for retry in retries] == clock.pauses


@pytest.mark.parametrize("error", [throttled, busy])
def test_the_wait_that_the_cloud_asks_for_is_kept(
    clock: Clock, error: Callable[[float], CloudError]
) -> None:
    run(clock, failing(error(30.0)))
    (waited,) = clock.pauses
    assert waited >= 30.0


@pytest.mark.parametrize("error", [throttled, busy])
def test_a_wait_past_the_deadline_is_not_begun(
    clock: Clock, error: Callable[[float], CloudError]
) -> None:
    with pytest.raises((ThrottledError, TransientError)):
        run(clock, failing(error(30.0)), RetryPolicy(deadline=20.0))
    assert clock.pauses == []


def test_the_time_of_the_first_try_counts(clock: Clock) -> None:
    tries: list[float] = []

    def slow() -> str:
        tries.append(clock.now)
        clock.now += 15.0
        raise busy()

    with pytest.raises(TransientError):
        run(clock, slow, RetryPolicy(deadline=20.0, first_wait=1.0))
    assert all(began < 1020.0 for began in tries)
    assert len(tries) == 2


def test_there_is_an_end_to_the_tries(clock: Clock) -> None:
    with pytest.raises(TransientError):
        run(clock, failing(*[busy() for _ in range(9)]), RetryPolicy(attempts=3))
    assert len(clock.pauses) == 2


@pytest.mark.parametrize(
    "error", [InvalidRequestError("no", provider="p"), TokenSpentError("spent", provider="p")]
)
def test_what_cannot_pass_is_not_tried_again(clock: Clock, error: CloudError) -> None:
    with pytest.raises(type(error)):
        run(clock, failing(error))
    assert clock.pauses == []
