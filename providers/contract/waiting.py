"""Deadlines, and the rhythm of polls: quick at first, a few seconds apart later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from providers.contract.retry import Pause, RetryPolicy

FIRST_PAUSE = 0.2
GROWTH = 1.5
LONGEST_PAUSE = 3.0
"""Seconds. A machine takes some ten seconds to run on EC2, a sandbox machine far less."""


@dataclass(frozen=True)
class Deadline:
    """A moment of time.monotonic() that no wait passes."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    def policy(self, *, attempts: int = 1000) -> RetryPolicy:
        """Retry until the deadline, in the rhythm of polls."""
        return RetryPolicy(
            attempts=attempts,
            first_wait=FIRST_PAUSE,
            longest_wait=LONGEST_PAUSE,
            deadline=self.remaining,
        )

    def polls(self, pause: Pause, *, first: float = FIRST_PAUSE) -> Iterator[None]:
        """Yield at once, then after each `pause`, and a last time at the deadline. `first`:
        seconds of the first pause, where it is known that less would be in vain."""
        seconds = first
        while True:
            yield
            remaining = self.remaining
            if remaining <= 0:
                return
            pause(min(seconds, remaining))
            seconds = min(seconds * GROWTH, LONGEST_PAUSE)
