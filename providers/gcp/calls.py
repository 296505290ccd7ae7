"""How every API call is made: translated errors, and retries where repeating is safe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from providers.contract.classify import Phase
from providers.contract.retry import OnRetry, Pause, RetryPolicy, with_retries
from providers.gcp import sdk
from providers.gcp.client import Clients
from providers.gcp.errors import classify, not_installed

T = TypeVar("T")


@dataclass(frozen=True)
class Calls:
    """The clients of one region, whom to tell about retries, and how to wait.

    `send` reads its client inside, so that a client that cannot be made (no credentials, no
    project) is translated like any other failure.
    """

    clients: Clients
    on_retry: OnRetry
    pause: Pause = time.sleep

    @property
    def project(self) -> str:
        """The project that is worked in; only inside of `send`, since it signs in."""
        return self.clients.project

    @property
    def region(self) -> str:
        return self.clients.region

    def repeatable(
        self,
        operation: str,
        phase: Phase,
        send: Callable[[], T],
        *,
        policy: RetryPolicy | None = None,
    ) -> T:
        """Make a call that may be sent again: reads, and changes that converge (by request
        id, by unique name)."""
        return self.retrying(operation, lambda: self.once(operation, phase, send), policy=policy)

    def retrying(
        self, operation: str, attempt: Callable[[], T], *, policy: RetryPolicy | None = None
    ) -> T:
        """Run several calls that only make sense together, again from the first."""
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

    def once(self, operation: str, phase: Phase, send: Callable[[], T]) -> T:
        """Make a call exactly once."""
        try:
            sdk.load()
            from google.api_core.exceptions import GoogleAPIError
            from google.auth.exceptions import GoogleAuthError
            from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]
            from requests.exceptions import RequestException
        except ImportError as error:
            raise not_installed(error, operation) from error

        try:
            return send()
        except ImportError as error:
            # google-auth imports what a kind of credentials needs when it meets one.
            raise not_installed(error, operation) from error
        except (GoogleAPIError, GoogleAuthError, RequestException, ParseError) as error:
            raise classify(error, operation=operation, phase=phase) from error
