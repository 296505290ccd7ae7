"""Removal: in order, twice, only ours, and finished when it returns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.contract.errors import DeadlineError, ForeignResourceError
from providers.contract.types import Listing
from tests.contract.stage import DEADLINE, ORDER, Stage


def test_everything_goes_in_order_and_once_more(stage: Stage) -> None:
    stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    resources = sorted(stage.listing().resources, key=lambda r: ORDER.index(r.kind))
    for resource in resources:
        stage.provider.destroy(resource, stage.owner, deadline=DEADLINE)
    assert stage.listing() == Listing((), ())
    for resource in resources:
        assert (
            stage.changes(
                lambda resource=resource: stage.provider.destroy(
                    resource, stage.owner, deadline=DEADLINE
                )
            )
            == []
        )


@pytest.mark.parametrize("kind", ["machine", "disk", "interface", "firewall", "key"])
def test_what_is_not_ours_is_left_alone(stage: Stage, kind: str) -> None:
    """Whatever the caller's copy says: its tags were true once."""
    stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    resource = stage.one(kind)
    stage.emulator.disown(resource)

    def refused() -> None:
        with pytest.raises(ForeignResourceError):
            stage.provider.destroy(resource, stage.owner, deadline=DEADLINE)

    assert stage.changes(refused) == []
    stage.emulator.hand_back(resource)
    assert stage.one(kind).id == resource.id


def test_another_environment_may_not_remove_it(stage: Stage) -> None:
    stage.network()
    other = replace(stage.owner, environment="other")
    with pytest.raises(ForeignResourceError, match=stage.owner.project):
        stage.provider.destroy(stage.one("firewall"), other, deadline=DEADLINE)


def test_a_firewall_in_use_is_waited_for(stage: Stage) -> None:
    stage.network()
    stage.emulator.refuse("remove firewall", stage.emulator.in_use, times=2)
    stage.provider.destroy(stage.one("firewall"), stage.owner, deadline=DEADLINE)
    assert [retry.operation for retry in stage.retries] == [
        stage.emulator.verbs["remove firewall"]
    ] * 2
    assert "dependent object" in stage.retries[0].reason


def test_a_firewall_that_stays_in_use_is_named_at_the_deadline(stage: Stage) -> None:
    stage.network()
    stage.emulator.refuse("remove firewall", stage.emulator.in_use, times=1000)
    with pytest.raises(DeadlineError) as caught:
        stage.provider.destroy(stage.one("firewall"), stage.owner, deadline=0.5)
    assert caught.value.code == stage.emulator.in_use.code
    assert caught.value.advice


def test_a_lost_answer_to_a_removal_is_no_failure(stage: Stage) -> None:
    stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    stage.emulator.lose_answer("remove machine")
    stage.provider.destroy(stage.one("machine"), stage.owner, deadline=DEADLINE)
    stage.emulator.lose_answer("remove firewall")
    stage.provider.destroy(stage.one("firewall"), stage.owner, deadline=DEADLINE)
    assert {resource.kind for resource in stage.listing().resources} == {"key"}
