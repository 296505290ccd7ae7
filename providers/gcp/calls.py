"""How every API call is made: translated errors, and retries where repeating is safe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from providers.contract.calls import RepeatingCalls
from providers.contract.classify import Phase
from providers.contract.retry import OnRetry, Pause
from providers.gcp import sdk
from providers.gcp.client import Clients
from providers.gcp.errors import classify, not_installed

T = TypeVar("T")


@dataclass(frozen=True)
class Calls(RepeatingCalls):
    """The clients of one region, whom to tell about retries, and how to wait."""

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

    def once(
        self, operation: str, phase: Phase, send: Callable[[], T], *, born: float | None = None
    ) -> T:
        """Make a call exactly once. No row of the table asks how old its subject is."""
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
