"""One policy for all: the SDKs repeat nothing by themselves, and each retry is an event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.contract.errors import CloudError
from tests.contract.needs import machines, needs
from tests.contract.stage import Stage

STATUSES = (429, 500, 502, 503, 504)
"""What the SDKs would repeat, left to themselves: for up to ten minutes, one of them."""


@needs("faults", "calls", "makes machines")
def test_a_refused_read_is_one_try_on_the_wire_and_one_event(stage: Stage) -> None:
    stage.network()
    well = stage.times("read machines", stage.listing)
    for status in STATUSES:
        stage.retries.clear()
        stage.emulator.refuse("read machines", replace(stage.facts.broken, status=status))
        assert stage.times("read machines", stage.listing) == well + 1, status
        (retry,) = stage.retries
        assert (retry.provider, retry.attempt) == (stage.facts.name, 1)
        assert stage.facts.broken.message in retry.reason
        assert 0 <= retry.wait <= 1.0


@needs("faults", "calls", "makes machines")
def test_a_lost_answer_is_one_try_on_the_wire_and_one_event(stage: Stage) -> None:
    stage.network()
    well = stage.times("read machines", stage.listing)
    stage.emulator.lose_answer("read machines")
    assert stage.times("read machines", stage.listing) == well + 1
    (retry,) = stage.retries
    assert retry.reason


@needs("faults", "calls", "makes machines")
@machines(1)
def test_a_refused_create_is_one_try_on_the_wire_and_one_event(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.facts.throttled, times=3)
    assert stage.times("create machine", lambda: stage.machine(request)) == 4
    assert [retry.attempt for retry in stage.retries] == [1, 2, 3]
    assert {retry.operation for retry in stage.retries} == {stage.facts.verbs["create machine"]}
    assert all(stage.facts.throttled.message in retry.reason for retry in stage.retries)


@needs("faults", "calls", "makes machines")
@machines(1)
def test_what_cannot_pass_is_tried_once(stage: Stage) -> None:
    request = stage.request()
    refused = next(iter(stage.facts.refusals.values()))[0]
    stage.emulator.refuse("create machine", refused)

    def attempt() -> None:
        with pytest.raises(CloudError):
            stage.machine(request)

    assert stage.times("create machine", attempt) == 1
    assert stage.retries == []
