"""How every API call is made: translated errors, and retries where repeating is safe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from providers.aws.client import Clients
from providers.aws.errors import classify, not_installed
from providers.contract.calls import RepeatingCalls
from providers.contract.classify import Phase
from providers.contract.retry import OnRetry, Pause

T = TypeVar("T")


@dataclass(frozen=True)
class Calls(RepeatingCalls):
    """The clients of one region, whom to tell about retries, and how to wait."""

    clients: Clients
    on_retry: OnRetry
    pause: Pause = time.sleep

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
