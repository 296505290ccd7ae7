"""Waiting for operations: at the endpoint we were given, in slices, no longer than allowed."""

from __future__ import annotations

import threading

import pytest

from providers.contract.errors import DeadlineError
from providers.contract.waiting import Deadline
from providers.gcp import operations
from providers.gcp.operations import finish
from tests.unit.gcp.canned import PROJECT, Canned, Json, Raw, Sent, operation, running, serving


def _wait(canned: Canned, started: Json, seconds: float = 30.0) -> None:
    import json

    from google.cloud.compute_v1.types import compute

    finish(
        canned.calls,
        compute.Operation.from_json(json.dumps(started)),
        operation="x.y",
        phase="create",
        limit=Deadline.after(seconds),
    )


def test_what_is_done_is_not_asked_for() -> None:
    with serving({}) as canned:
        _wait(canned, operation())
    assert canned.sent == []


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ({"zone": f"https://x/projects/{PROJECT}/zones/us-central1-a"}, "zoneOperations.wait"),
        ({"region": f"https://x/projects/{PROJECT}/regions/us-central1"}, "regionOperations.wait"),
        ({}, "globalOperations.wait"),
    ],
)
def test_each_kind_is_asked_for_where_it_is(place: Json, call: str) -> None:
    started = {**operation(status="RUNNING", everywhere=True), **place}
    done = {**started, "status": "DONE"}
    with serving({call: [started, done]}) as canned:
        _wait(canned, started)
    assert canned.operations == [call, call]
    assert len(canned.pauses) == 1


def test_an_answer_that_is_held_back_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "SLICE", 0.05)
    release = threading.Event()

    def held(_: Sent) -> Json | Raw:
        release.wait(10)
        return operation()

    def released(_: Sent) -> Json | Raw:
        release.set()
        return operation()

    with serving({"zoneOperations.wait": [held, released]}) as canned:
        _wait(canned, running())
    assert len(canned.sent) == 2
    assert canned.retries == []


def test_the_deadline_is_kept() -> None:
    with (
        serving({"zoneOperations.wait": [running()]}) as canned,
        pytest.raises(DeadlineError) as caught,
    ):
        _wait(canned, running(), seconds=0.0)
    assert "insert of n" in caught.value.message
    assert caught.value.request_id == "operation-1"


def test_a_wait_that_fails_for_now_is_repeated() -> None:
    with serving({"zoneOperations.wait": [Raw(503), Raw(0), operation()]}) as canned:
        _wait(canned, running())
    assert [retry.operation for retry in canned.retries] == ["zoneOperations.wait"] * 2
