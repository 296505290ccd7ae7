"""One adapter per provider and region, made when first asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from orchestrator.cancellation import Cancellation
from orchestrator.reporting.events import Retrying
from orchestrator.reporting.sink import Sink
from providers.contract.provider import Provider, provider_factory
from providers.contract.retry import Retry
from providers.contract.types import ProviderSettings


class Providers:
    """Hands out adapters; every retry inside one becomes an event, and every wait inside
    one ends, with Interrupted, when a stop is asked for through `cancel`."""

    def __init__(
        self,
        settings: Iterable[ProviderSettings],
        sink: Sink,
        cancel: Cancellation | None = None,
    ) -> None:
        self._settings = {entry.name: entry for entry in settings}
        self._sink = sink
        self._cancel = cancel or Cancellation()
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], Provider] = {}

    def get(self, name: str, region: str) -> Provider:
        """The adapter for `name` in `region`. Raises InvalidRequestError for an unknown
        name; makes no call to the cloud."""
        with self._lock:
            provider = self._made.get((name, region))
            if provider is None:
                settings = self._settings.get(name, ProviderSettings(name))
                provider = provider_factory(name)(
                    settings, region, self._report, pause=self._cancel.wait
                )
                self._made[name, region] = provider
            return provider

    def despite_a_stop(self) -> Providers:
        """Adapters of their own that wait also after a stop was asked for: to put right
        what must not stay behind."""
        return Providers(self._settings.values(), self._sink)

    def _report(self, retry: Retry) -> None:
        where = f"{retry.provider} {retry.operation}"
        self._sink.emit(Retrying(where, retry.reason, retry.attempt, retry.wait))
