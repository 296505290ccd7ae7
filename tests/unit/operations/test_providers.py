"""The adapters of a run: made once each, and stopped with it."""

from __future__ import annotations

import threading

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import Interrupted
from orchestrator.operations import providers as module
from orchestrator.operations.providers import Providers
from orchestrator.reporting.events import Retrying
from orchestrator.reporting.sink import Recorder
from providers.contract.errors import InvalidRequestError
from providers.contract.retry import OnRetry, Pause, Retry
from providers.contract.types import ProviderSettings

LONG = 600.0


class Adapter:
    """An adapter that keeps what it was made with."""

    def __init__(
        self, settings: ProviderSettings, region: str, on_retry: OnRetry, *, pause: Pause
    ) -> None:
        self.settings, self.region = settings, region
        self.on_retry, self.pause = on_retry, pause


@pytest.fixture(autouse=True)
def adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "provider_factory", lambda name: Adapter)


def get(providers: Providers, region: str = "us-east-1") -> Adapter:
    found = providers.get("aws", region)
    assert isinstance(found, Adapter)
    return found


def test_one_adapter_for_each_region() -> None:
    mine = ProviderSettings("aws", profile="work")
    providers = Providers((mine,), Recorder())
    assert get(providers) is get(providers)
    assert get(providers, "eu-west-1") is not get(providers)
    assert get(providers).settings is mine


def test_a_retry_is_an_event() -> None:
    recorder = Recorder()
    get(Providers((), recorder)).on_retry(Retry("aws", "RunInstances", "Throttled", 1, 0.5))
    assert recorder.events == [Retrying("aws RunInstances", "Throttled", 1, 0.5)]


def test_a_stop_ends_a_wait_at_once() -> None:
    cancel = Cancellation()
    adapter = get(Providers((), Recorder(), cancel))
    threading.Timer(0.05, cancel.request).start()
    with pytest.raises(Interrupted):
        adapter.pause(LONG)


def test_what_has_to_be_put_right_after_a_stop_can_still_wait() -> None:
    cancel = Cancellation()
    providers = Providers((), Recorder(), cancel)
    cancel.request()
    get(providers.despite_a_stop()).pause(0.0)
    with pytest.raises(Interrupted):
        get(providers).pause(0.0)


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(InvalidRequestError, match="'asw'"):
        Providers((), Recorder()).get("asw", "us-east-1")
