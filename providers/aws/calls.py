"""How every API call is made: translated errors, and retries where repeating is safe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from providers.aws.client import Clients
from providers.aws.errors import classify, not_installed
from providers.contract.classify import Phase
from providers.contract.retry import OnRetry, Pause, RetryPolicy, with_retries

T = TypeVar("T")


@dataclass(frozen=True)
class Calls:
    """The clients of one region, whom to tell about retries, and how to wait.

    `send` reads its client inside, so that a client that cannot be made (no such profile,
    no credentials) is translated like any other failure.
    """

    clients: Clients
    on_retry: OnRetry
    pause: Pause = time.sleep

    def repeatable(
        self,
        operation: str,
        phase: Phase,
        send: Callable[[], T],
        *,
        born: float | None = None,
        policy: RetryPolicy | None = None,
    ) -> T:
        """Make a call that may be sent again: reads, and changes that converge (by token,
        by unique name, by id). `born`: time.monotonic() at which we created the subject."""

        def attempt() -> T:
            return self.once(operation, phase, send, born=born)

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

    def once(
        self,
        operation: str,
        phase: Phase,
        send: Callable[[], T],
        *,
        born: float | None = None,
    ) -> T:
        """Make a call exactly once."""
        try:
            from botocore.exceptions import BotoCoreError, ClientError
            from botocore.parsers import ResponseParserError
        except ImportError as error:
            raise not_installed(error, operation) from error

        try:
            return send()
        except ImportError as error:
            # The SDK's own parts are imported as they are needed.
            raise not_installed(error, operation) from error
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            age = None if born is None else time.monotonic() - born
            raise classify(error, operation=operation, phase=phase, age=age) from error
