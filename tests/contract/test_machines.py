"""One machine for one token, whatever happens; found again by its tags."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import ip_address

import pytest

from providers.contract.errors import (
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
    TokenSpentError,
)
from providers.contract.types import Owner
from tests.contract.stage import DEADLINE, Stage


def test_a_machine_runs_where_and_as_it_was_asked_for(stage: Stage) -> None:
    request = stage.request("us-1")
    machine = stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert machine.state == "running"
    assert ip_address(machine.address or "")
    assert (machine.name, machine.target, machine.token) == ("us-1", "us", request.token)
    assert (machine.zone, machine.type, machine.market) == (request.zone, request.type, "on-demand")
    assert (machine.provider, machine.region) == (stage.emulator.name, stage.emulator.region)
    assert {**stage.owner.tags, **request.tags}.items() <= machine.tags.items()
    assert machine.created.endswith("+00:00")


def test_the_same_token_twice_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    first = stage.provider.ensure_machine(request, deadline=DEADLINE)
    changes = stage.changes(
        lambda: stage.another_process().ensure_machine(request, deadline=DEADLINE)
    )
    assert changes == []
    assert [machine.id for machine in stage.listing().machines] == [first.id]


def test_the_same_token_side_by_side_is_one_machine(stage: Stage) -> None:
    request = stage.request()
    providers = [stage.another_process() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        running = [
            pool.submit(provider.ensure_machine, request, deadline=DEADLINE)
            for provider in providers
        ]
        ids = {future.result().id for future in running}
    assert len(ids) == 1
    assert {machine.id for machine in stage.listing().machines} == ids


def test_a_lost_answer_is_made_up_for_with_one_machine(stage: Stage) -> None:
    request = stage.request()
    stage.emulator.lose_answer("create machine")
    machine = stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert [found.id for found in stage.listing().machines] == [machine.id]
    assert stage.retries[-1].operation == stage.emulator.verbs["create machine"]


def test_a_process_that_died_with_the_answer_finds_its_machine(stage: Stage) -> None:
    request = stage.request()
    with pytest.raises(DeadlineError):
        # Created, and nothing learnt of it: there was no time to wait.
        stage.provider.ensure_machine(request, deadline=0.0)
    changes = stage.changes(
        lambda: stage.another_process().ensure_machine(request, deadline=DEADLINE)
    )
    assert changes == []
    assert len(stage.listing().machines) == 1


def test_tags_are_in_the_create_call(stage: Stage) -> None:
    request = stage.request()
    changes = stage.changes(lambda: stage.provider.ensure_machine(request, deadline=DEADLINE))
    assert changes == [stage.emulator.verbs["create machine"]]
    tagged = {resource.kind: resource.tags for resource in stage.listing().resources}
    assert {"machine", "disk", "interface"} <= tagged.keys()
    for kind in ("machine", "disk", "interface"):
        assert stage.owner.tags.items() <= tagged[kind].items(), kind


def test_spot_is_spot(stage: Stage) -> None:
    machine = stage.provider.ensure_machine(stage.request(market="spot"), deadline=DEADLINE)
    assert machine.market == "spot"


def test_a_machine_is_found_by_token_and_owner(stage: Stage) -> None:
    request = stage.request()
    machine = stage.provider.ensure_machine(request, deadline=DEADLINE)
    found = stage.another_process().find_machine(request.token, stage.owner)
    assert found == machine
    assert stage.provider.find_machine("another-token", stage.owner) is None
    assert stage.provider.find_machine(request.token, Owner("someone", "else")) is None


def test_the_token_of_a_machine_that_is_gone_is_spent(stage: Stage) -> None:
    request = stage.request()
    stage.provider.ensure_machine(request, deadline=DEADLINE)
    stage.provider.destroy(stage.one("machine"), stage.owner, deadline=DEADLINE)
    assert stage.provider.find_machine(request.token, stage.owner) is None
    retries = len(stage.retries)
    with pytest.raises(TokenSpentError):
        stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert len(stage.retries) == retries
    again = stage.provider.ensure_machine(stage.with_new_token(request), deadline=DEADLINE)
    assert [machine.id for machine in stage.listing().machines] == [again.id]


def test_the_same_token_with_another_request_is_refused(stage: Stage) -> None:
    request = stage.request()
    stage.provider.ensure_machine(request, deadline=DEADLINE)
    stage.provider.destroy(stage.one("machine"), stage.owner, deadline=DEADLINE)
    other = replace(request, user_data=b"#cloud-config\n{hostname: other}\n")
    with pytest.raises(InvalidRequestError):
        stage.provider.ensure_machine(other, deadline=DEADLINE)
    assert stage.listing().machines == ()


def test_tags_are_set_and_removed(stage: Stage) -> None:
    machine = stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    change = {"longshore-hostkey-next": "b" * 52, "longshore-hostkey": None}
    for _ in range(2):
        stage.provider.set_tags(machine, change)
    tags = stage.listing().machines[0].tags
    assert tags["longshore-hostkey-next"] == "b" * 52
    assert "longshore-hostkey" not in tags
    assert stage.owner.tags.items() <= tags.items()


def test_tags_of_a_foreign_machine_are_left_alone(stage: Stage) -> None:
    machine = stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    resource = stage.one("machine")
    stage.emulator.disown(resource)
    with pytest.raises(ForeignResourceError) as caught:
        stage.provider.set_tags(machine, {"a": "b"})
    assert caught.value.advice
    stage.emulator.hand_back(resource)


def test_the_console_can_be_read(stage: Stage) -> None:
    machine = stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    assert isinstance(stage.provider.console_output(machine), str)
