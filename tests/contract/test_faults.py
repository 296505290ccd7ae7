"""Each class of error while a machine is created: the class, what stays, and the retries."""

from __future__ import annotations

import pytest

from providers.contract.errors import CapacityError, CloudError, UnknownCloudError
from tests.contract.stage import DEADLINE, Stage


def test_throttled_twice_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.emulator.throttled, times=2)
    machine = stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert [found.id for found in stage.listing().machines] == [machine.id]
    assert [retry.attempt for retry in stage.retries] == [1, 2]


def test_a_server_error_twice_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.emulator.broken, times=2)
    machine = stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert [found.id for found in stage.listing().machines] == [machine.id]
    assert len(stage.retries) == 2


def test_no_capacity_in_the_first_zone_leaves_it_empty(stage: Stage) -> None:
    network = stage.network()
    first, second = sorted(network.subnets)[:2]
    refusal = stage.emulator.refusals[CapacityError]
    stage.emulator.refuse("create machine", refusal, zone=first)
    request = stage.request(network=network, zone=first)
    calls = stage.changes(lambda: _capacity(stage, request))
    assert calls == [stage.emulator.verbs["create machine"]]  # not one silent repetition
    assert stage.listing().machines == ()
    elsewhere = stage.request(network=network, zone=second)
    machine = stage.provider.ensure_machine(elsewhere, deadline=DEADLINE)
    assert machine.zone == second
    assert [found.id for found in stage.listing().machines] == [machine.id]


def _capacity(stage: Stage, request: object) -> None:
    with pytest.raises(CapacityError) as caught:
        stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert caught.value.scope == "zone"


def test_every_class_is_told_apart_and_leaves_nothing(stage: Stage) -> None:
    network, image = stage.network(), stage.image()
    for expected, refusal in stage.emulator.refusals.items():
        stage.emulator.refuse("create machine", refusal)
        request = stage.request(network=network, image=image)
        with pytest.raises(CloudError) as caught:
            stage.provider.ensure_machine(request, deadline=DEADLINE)
        error = caught.value
        assert type(error) is expected
        assert error.operation == stage.emulator.verbs["create machine"]
        assert (error.code, error.message) == (refusal.code, refusal.message)
        assert error.request_id
        assert stage.listing().machines == ()
    assert stage.retries == []


def test_an_unknown_code_is_shown_word_for_word(stage: Stage) -> None:
    request = stage.request()
    refusal = stage.emulator.refusals[UnknownCloudError]
    stage.emulator.refuse("create machine", refusal)
    with pytest.raises(UnknownCloudError) as caught:
        stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert refusal.code in str(caught.value)
    assert refusal.message in str(caught.value)


def test_a_cloud_that_stays_broken_fails_at_the_deadline(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.emulator.broken, times=1000)
    with pytest.raises(CloudError) as caught:
        stage.provider.ensure_machine(request, deadline=1.0)
    assert caught.value.code == stage.emulator.broken.code
