"""How an adapter makes its calls: one mechanism, over the one call that each makes its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from providers.contract.classify import Phase
from providers.contract.retry import OnRetry, Pause, RetryPolicy, with_retries

T = TypeVar("T")


class RepeatingCalls(ABC):
    """Retries for calls where repeating is safe. An adapter says in `once` what a call is:
    it reads its client inside of `send`, so that a client that cannot be made (no credentials)
    is translated like any other failure.

    `on_retry` hears of each retry; `pause` is how every wait is made.
    """

    on_retry: OnRetry
    pause: Pause

    @abstractmethod
    def once(
        self, operation: str, phase: Phase, send: Callable[[], T], *, born: float | None = None
    ) -> T:
        """Make a call exactly once, with its errors translated. `born`: time.monotonic() at
        which we created its subject, None when we did not just create it."""

    def repeatable(
        self,
        operation: str,
        phase: Phase,
        send: Callable[[], T],
        *,
        born: float | None = None,
        policy: RetryPolicy | None = None,
    ) -> T:
        """Make a call that may be sent again: reads, and changes that converge (by token or
        request id, by unique name, by id)."""
        return self.retrying(
            operation, lambda: self.once(operation, phase, send, born=born), policy=policy
        )

    def retrying(
        self, operation: str, attempt: Callable[[], T], *, policy: RetryPolicy | None = None
    ) -> T:
        """Run several calls that only make sense together, again from the first. None of them
        may repeat itself: retries would multiply."""
        return with_retries(
            attempt,
            operation=operation,
            on_retry=self.on_retry,
            policy=policy,
            sleep=self.pause,
        )

    def read(self, operation: str, send: Callable[[], T]) -> T:
        """Make a read, with retries."""
        return self.repeatable(operation, "read", send)
