"""Removal: in order, twice, only ours, and finished when it returns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.contract.errors import DeadlineError, ForeignResourceError
from providers.contract.types import Listing
from tests.contract.needs import machines, needs
from tests.contract.stage import Stage, in_order


@machines(1)
def test_everything_goes_in_order_and_once_more(stage: Stage) -> None:
    stage.machine()
    resources = in_order(stage.listing().resources)
    for resource in resources:
        stage.destroy(resource)
    assert stage.listing() == Listing((), ())

    def once_more() -> None:
        for resource in resources:
            stage.destroy(resource)

    assert stage.changes(once_more) == []


@machines(1)
def test_a_machine_takes_with_it_what_was_made_with_it(stage: Stage) -> None:
    stage.machine()
    stage.destroy(stage.one("machine"))
    left = [kind for kind in stage.facts.made_with_machine if stage.some(kind)]
    assert left == []


@needs("outside")
@machines(1)
def test_what_is_not_ours_is_left_alone(stage: Stage) -> None:
    """Whatever the caller's copy says: its tags were true once."""
    stage.machine()
    for kind in dict.fromkeys(stage.facts.stands):
        resource = stage.some(kind)[0]
        stage.emulator.disown(resource)

        def refused(resource: object = resource) -> None:
            with pytest.raises(ForeignResourceError):
                stage.destroy(resource)

        try:
            assert stage.changes(refused) == [], kind
        finally:
            stage.emulator.hand_back(resource)
        assert resource.id in {each.id for each in stage.some(kind)}


@needs("firewall")
def test_another_environment_may_not_remove_it(stage: Stage) -> None:
    stage.network()
    other = replace(stage.owner, environment="other")
    with pytest.raises(ForeignResourceError, match=stage.owner.project):
        stage.provider.destroy(stage.some("firewall")[0], other, deadline=stage.deadline)


@needs("faults", "firewall")
def test_a_firewall_in_use_is_waited_for(stage: Stage) -> None:
    stage.network()
    firewall = stage.some("firewall")[0]
    stage.emulator.refuse("remove firewall", stage.facts.in_use, times=2)
    stage.destroy(firewall)
    assert firewall.id not in {each.id for each in stage.some("firewall")}
    verb = stage.facts.verbs["remove firewall"]
    assert [retry.operation for retry in stage.retries] == [verb] * 2
    assert stage.facts.in_use.message in stage.retries[0].reason


@needs("faults", "firewall")
def test_a_firewall_that_stays_in_use_is_named_at_the_deadline(stage: Stage) -> None:
    stage.network()
    stage.emulator.refuse("remove firewall", stage.facts.in_use, times=1000)
    with pytest.raises(DeadlineError) as caught:
        stage.provider.destroy(stage.some("firewall")[0], stage.owner, deadline=0.5)
    assert caught.value.code == stage.facts.in_use.code
    assert caught.value.advice


@needs("faults")
@machines(1)
def test_a_lost_answer_to_the_removal_of_a_machine_is_no_failure(stage: Stage) -> None:
    stage.machine()
    stage.emulator.lose_answer("remove machine")
    stage.destroy(stage.one("machine"))
    assert stage.listing().machines == ()


@needs("faults", "firewall")
def test_a_lost_answer_to_the_removal_of_a_firewall_is_no_failure(stage: Stage) -> None:
    stage.network()
    for firewall in stage.some("firewall"):
        stage.emulator.lose_answer("remove firewall")
        stage.destroy(firewall)
    assert stage.firewalls() == {}
