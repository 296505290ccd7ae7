"""One machine for one token, whatever happens; found again by its tags."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from providers.contract.errors import (
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
    TokenSpentError,
)
from providers.contract.types import Owner
from tests.contract.needs import machines, needs, only
from tests.contract.stage import Stage


@machines(1)
def test_a_machine_runs_where_and_as_it_was_asked_for(stage: Stage) -> None:
    request = stage.request("us-1")
    machine = stage.machine(request)
    assert machine.state == "running"
    assert ip_address(machine.address or "")
    assert (machine.name, machine.target, machine.token) == ("us-1", "us", request.token)
    assert (machine.zone, machine.type, machine.market) == (request.zone, request.type, "on-demand")
    assert (machine.provider, machine.region) == (stage.facts.name, stage.facts.region)
    assert {**stage.owner.tags, **request.tags}.items() <= machine.tags.items()
    made = datetime.fromisoformat(machine.created)
    assert made.utcoffset() == timedelta(0)
    assert made <= datetime.now(UTC) + timedelta(minutes=5)


@machines(1)
def test_the_same_token_twice_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    first = stage.machine(request)
    changes = stage.changes(
        lambda: stage.another_process().ensure_machine(request, deadline=stage.deadline)
    )
    assert changes == []
    assert [machine.id for machine in stage.listing().machines] == [first.id]


@machines(1)
def test_the_same_token_side_by_side_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    providers = [stage.another_process() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        running = [
            pool.submit(provider.ensure_machine, request, deadline=stage.deadline)
            for provider in providers
        ]
        ids = {future.result().id for future in running}
    assert len(ids) == 1
    assert {machine.id for machine in stage.listing().machines} == ids
    assert stage.kinds() == stage.facts.stands


@needs("faults")
@machines(1)
def test_a_lost_answer_is_made_up_for_with_one_machine(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.lose_answer("create machine")
    machine = stage.machine(request)
    assert [found.id for found in stage.listing().machines] == [machine.id]
    assert stage.kinds() == stage.facts.stands
    assert stage.facts.verbs["create machine"] in {retry.operation for retry in stage.retries}


@machines(1)
def test_a_process_that_died_with_the_answer_finds_its_machine(stage: Stage) -> None:
    request = stage.request()
    try:
        # There is no time to wait: created, perhaps, and nothing learnt of it.
        stage.provider.ensure_machine(request, deadline=0.0)
    except DeadlineError as error:
        assert error.advice
    before = [machine.id for machine in stage.listing().machines]
    found = stage.another_process().ensure_machine(request, deadline=stage.deadline)
    assert [machine.id for machine in stage.listing().machines] == [found.id]
    assert before in ([], [found.id])
    assert stage.kinds() == stage.facts.stands


@needs("calls", "makes machines")
@machines(1)
def test_the_calls_that_make_a_machine_are_as_few_as_can_be(stage: Stage) -> None:
    request = stage.request()
    changes = stage.changes(lambda: stage.machine(request))
    assert tuple(sorted(changes)) == stage.facts.create_calls


@machines(1)
def test_tags_are_in_the_create_call(stage: Stage) -> None:
    """No call that sets tags is among those above; so they came with the machine."""
    stage.machine()
    for kind in stage.facts.made_with_machine:
        tags = stage.one(kind).tags
        assert stage.owner.tags.items() <= tags.items(), kind


@needs("spot")
@machines(1)
def test_spot_is_spot(stage: Stage) -> None:
    assert stage.machine(stage.request(market="spot")).market == "spot"


@machines(1)
def test_a_machine_is_found_by_token_and_owner(stage: Stage) -> None:
    request = stage.request()
    machine = stage.machine(request)
    assert stage.another_process().find_machine(request.token, stage.owner) == machine
    assert stage.provider.find_machine("another-token", stage.owner) is None
    assert stage.provider.find_machine(request.token, Owner("someone", "else")) is None


@machines(2)
def test_a_token_whose_machine_is_gone_makes_a_new_one_or_says_that_it_is_spent(
    stage: Stage,
) -> None:
    request = stage.request()
    stage.machine(request)
    stage.destroy(stage.one("machine"))
    assert stage.provider.find_machine(request.token, stage.owner) is None
    retries = len(stage.retries)
    try:
        again = stage.machine(request)
    except TokenSpentError:
        again = stage.machine(stage.with_new_token(request))
    else:
        stage.tokens.append(request.token)
    assert len(stage.retries) == retries
    assert again.state == "running"
    assert [machine.id for machine in stage.listing().machines] == [again.id]


@machines(1)
def test_a_machine_of_the_token_is_taken_as_it_is(stage: Stage) -> None:
    request = stage.request()
    first = stage.machine(request)
    other = replace(request, user_data=b"#cloud-config\n{hostname: other}\n")
    assert stage.changes(lambda: stage.machine(other)) == []
    assert [machine.id for machine in stage.listing().machines] == [first.id]


@only("aws")
@needs("faults")
@machines(1)
def test_the_same_client_token_with_another_request_is_refused(stage: Stage) -> None:
    request = stage.request()
    stage.machine(request)
    stage.destroy(stage.one("machine"))
    other = replace(request, user_data=b"#cloud-config\n{hostname: other}\n")
    with pytest.raises(InvalidRequestError):
        stage.machine(other)
    assert stage.listing().machines == ()


@machines(1)
def test_tags_are_set_and_removed(stage: Stage) -> None:
    machine = stage.machine()
    change = {"longshore-hostkey-next": "b" * 52, "longshore-hostkey": None}
    for _ in range(2):
        stage.provider.set_tags(machine, change)
    tags = stage.listing().machines[0].tags
    assert tags["longshore-hostkey-next"] == "b" * 52
    assert "longshore-hostkey" not in tags
    assert stage.owner.tags.items() <= tags.items()


@needs("outside")
@machines(1)
def test_tags_of_a_foreign_machine_are_left_alone(stage: Stage) -> None:
    machine = stage.machine()
    resource = stage.one("machine")
    stage.emulator.disown(resource)
    try:
        with pytest.raises(ForeignResourceError) as caught:
            stage.provider.set_tags(machine, {"a": "b"})
        assert caught.value.advice
    finally:
        stage.emulator.hand_back(resource)


@machines(1)
def test_the_console_can_be_read(stage: Stage) -> None:
    assert isinstance(stage.provider.console_output(stage.machine()), str)


@machines(1)
def test_a_machine_that_brings_its_host_key_publishes_none(stage: Stage) -> None:
    images = (stage.provider.resolve_image(*image) for image in stage.facts.images)
    image = next((image for image in images if image.boot == "cloud-init"), None)
    machine = stage.machine(stage.request(image=image))
    if image is not None:
        assert list(stage.provider.host_keys(machine)) == []
