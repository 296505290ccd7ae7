"""Whoever made the adapter ends its waits: between two polls, and between two tries."""

from __future__ import annotations

import pytest

from providers.contract.retry import ignore_retry
from providers.contract.types import ProviderSettings, Resource
from providers.contract.waiting import Deadline
from providers.gcp import create
from providers.gcp.destroy import Removal
from providers.gcp.machines import ensure_machine
from tests.unit.gcp.canned import NOT_FOUND, ZONE, Canned, Raw, instance, running, serving
from tests.unit.gcp.requests import OWNER, TOKEN, machine_request


class Stopped(Exception):
    """What the caller's pause raises; nothing that the adapter knows."""


class Stopping(Canned):
    """Calls whose second pause is ended by the caller."""

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        if len(self.pauses) == 2:
            raise Stopped


def test_a_machine_that_is_made_is_not_waited_for_after_a_stop() -> None:
    with (
        serving(
            {
                "instances.get": [NOT_FOUND],
                "instances.insert": [running()],
                "zoneOperations.wait": [running()],
            },
            Stopping,
        ) as canned,
        pytest.raises(Stopped),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=600)
    assert canned.operations == [
        "instances.get",
        "instances.insert",
        "zoneOperations.wait",
        "zoneOperations.wait",
    ]


def test_a_create_that_failed_for_now_is_not_tried_again_after_a_stop() -> None:
    with (
        serving({"instances.get": [NOT_FOUND], "instances.insert": [Raw(503)]}, Stopping) as canned,
        pytest.raises(Stopped),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=600)
    assert canned.operations == ["instances.get", "instances.insert", "instances.insert"]


def test_a_removal_is_not_waited_for_after_a_stop() -> None:
    resource = Resource("machine", f"{ZONE}/{TOKEN}", "us-1", "gcp", "us-central1", "us", {})
    with (
        serving(
            {
                "instances.get": [instance()],
                "instances.delete": [running()],
                "zoneOperations.wait": [running()],
            },
            Stopping,
        ) as canned,
        pytest.raises(Stopped),
    ):
        Removal(canned.calls, resource, OWNER, Deadline.after(600)).run()


def test_the_adapter_pauses_as_it_was_told() -> None:
    pauses: list[float] = []

    def stop(seconds: float) -> None:
        pauses.append(seconds)
        raise Stopped

    nowhere = "http://127.0.0.1:9"
    settings = ProviderSettings("gcp", endpoint=nowhere, echo_url=nowhere, project="p")
    provider = create(settings, "us-central1", ignore_retry, pause=stop)
    with pytest.raises(Stopped):
        provider.preflight()
    with pytest.raises(Stopped):
        provider.deployer_address()
    assert len(pauses) == 2
