"""How every API call is made: translated errors, and retries where repeating is safe."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from providers.azure.clients import Clients
from providers.azure.errors import classify, is_missing, not_installed, unreadable
from providers.azure.ids import key_of
from providers.contract.calls import RepeatingCalls
from providers.contract.classify import Phase
from providers.contract.errors import InvalidRequestError
from providers.contract.retry import OnRetry, Pause, RetryPolicy

T = TypeVar("T")


@dataclass(frozen=True)
class Calls(RepeatingCalls):
    """The clients of one region, whom to tell about retries, and how to wait."""

    clients: Clients
    region: str
    on_retry: OnRetry
    pause: Pause = time.sleep
    births: dict[str, float] = field(default_factory=dict)
    """When (time.monotonic()) we made what machines refer to, by resource id."""
    trusted_images: dict[str, bool] = field(default_factory=dict)
    """Which images can run with secure boot and a virtual TPM, of those asked about."""
    asking: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is asked, so that machines made side by side ask once."""
    making: threading.Lock = field(default_factory=threading.Lock)
    """Held while something is made that all targets of a deployment share."""

    @property
    def group(self) -> str | None:
        """The existing group to stay inside, if the settings name one."""
        return self.clients.settings.group

    def find(
        self, operation: str, send: Callable[[], T], *, policy: RetryPolicy | None = None
    ) -> T | None:
        """Make a read of something that may not be there: None then."""
        try:
            return self.repeatable(operation, "read", send, policy=policy)
        except InvalidRequestError as error:
            if is_missing(error):
                return None
            raise

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
            from azure.core.exceptions import AzureError
        except ImportError as error:
            raise not_installed(error, operation) from error

        try:
            return send()
        except ImportError as error:
            # The SDK's packages are imported as they are needed.
            raise not_installed(error, operation) from error
        except AzureError as error:
            age = None if born is None else time.monotonic() - born
            raise classify(error, operation=operation, phase=phase, age=age) from error
        except json.JSONDecodeError as error:
            raise unreadable(error, operation) from error

    def note_birth(self, id: str) -> None:
        """Remember that we have just made this."""
        self.births[key_of(id)] = time.monotonic()

    def made_since(self, moment: float, id: str) -> bool:
        """Whether we made this after that moment of time.monotonic()."""
        return self.births.get(key_of(id), 0.0) > moment

    def born(self, *ids: str) -> float | None:
        """When the youngest of these was made by us, if any was."""
        known = [self.births[key_of(id)] for id in ids if key_of(id) in self.births]
        return max(known, default=None)
