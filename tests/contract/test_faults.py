"""Each class of error while a machine is created: the class, what stays, and the retries."""

from __future__ import annotations

import pytest

from providers.contract.errors import CapacityError, CloudError, UnknownCloudError
from providers.contract.types import MachineRequest
from tests.contract.emulators import Refusal
from tests.contract.needs import machines, needs
from tests.contract.stage import Stage


def _refused(stage: Stage, request: MachineRequest) -> CloudError:
    with pytest.raises(CloudError) as caught:
        stage.machine(request)
    return caught.value


@needs("faults")
@machines(1)
def test_throttled_twice_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.facts.throttled, times=2)
    machine = stage.machine(request)
    assert [found.id for found in stage.listing().machines] == [machine.id]
    assert [retry.attempt for retry in stage.retries] == [1, 2]
    assert all(retry.reason and retry.wait >= 0 for retry in stage.retries)


@needs("faults")
@machines(1)
def test_a_server_error_twice_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.facts.broken, times=2)
    machine = stage.machine(request)
    assert [found.id for found in stage.listing().machines] == [machine.id]
    assert stage.kinds() == stage.facts.stands
    assert len(stage.retries) == 2


@needs("faults", "calls", "makes machines", "zones")
@machines(4)
def test_no_capacity_in_the_first_zone_leaves_it_empty(stage: Stage) -> None:
    network = stage.network()
    first, second = sorted(network.subnets)[:2]
    before = stage.kinds()
    for refusal in stage.facts.refusals[CapacityError]:
        stage.emulator.refuse("create machine", refusal, zone=first)
        request = stage.request(network=network, zone=first)
        errors: list[CloudError] = []
        made = stage.times("create machine", lambda: errors.append(_refused(stage, request)))  # noqa: B023
        (error,) = errors
        assert isinstance(error, CapacityError)
        assert error.scope == "zone"
        assert made == 1, "not one silent repetition"
        assert stage.kinds() == before
    elsewhere = stage.request(network=network, zone=second)
    machine = stage.machine(elsewhere)
    assert machine.zone == second
    assert [found.id for found in stage.listing().machines] == [machine.id]


@needs("faults", "makes machines")
@machines(12)
def test_every_class_is_told_apart_and_leaves_nothing(stage: Stage) -> None:
    network, image = stage.network(), stage.image()
    before = stage.kinds()
    cases = [(cls, each) for cls, found in stage.facts.refusals.items() for each in found]
    for expected, refusal in cases:
        stage.emulator.refuse("create machine", refusal)
        error = _refused(stage, stage.request(network=network, image=image))
        assert type(error) is expected, refusal
        assert error.code == refusal.code
        assert error.provider == stage.facts.name
        if not refusal.late:  # an operation ends in words of its own
            assert error.message == refusal.message
            assert error.operation == stage.facts.verbs["create machine"]
            assert error.request_id
        assert stage.kinds() == before, refusal
    assert stage.retries == []


@needs("faults", "makes machines")
@machines(3)
def test_an_unknown_code_is_shown_word_for_word(stage: Stage) -> None:
    refusals: tuple[Refusal, ...] = stage.facts.refusals[UnknownCloudError]
    for refusal in refusals:
        request = stage.request()
        stage.emulator.refuse("create machine", refusal)
        error = _refused(stage, request)
        assert isinstance(error, UnknownCloudError)
        assert refusal.code in str(error)
        assert refusal.message in str(error)


@needs("faults")
@machines(1)
def test_a_cloud_that_stays_broken_fails_at_the_deadline(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.refuse("create machine", stage.facts.broken, times=1000)
    with pytest.raises(CloudError) as caught:
        stage.provider.ensure_machine(request, deadline=1.0)
    assert caught.value.code == stage.facts.broken.code
    stage.emulator.forget_faults()
    assert stage.listing().machines == ()
