"""The listing is the truth: complete, ours only, and what lives."""

from __future__ import annotations

import pytest

from providers.contract.types import Listing, Owner
from tests.contract.stage import DEADLINE, Stage


def test_nothing_is_listed_where_there_is_nothing(stage: Stage) -> None:
    assert stage.listing() == Listing((), ())


def test_every_kind_is_listed(stage: Stage) -> None:
    machine = stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    listing = stage.listing()
    assert listing.machines == (machine,)
    kinds = sorted(resource.kind for resource in listing.resources)
    assert kinds == ["disk", "firewall", "interface", "key", "machine"]


def test_other_environments_are_not_listed(stage: Stage) -> None:
    stage.network()
    other = Owner(stage.owner.project, "other")
    assert stage.provider.listing(other) == Listing((), ())


def test_terminated_machines_are_left_out(stage: Stage) -> None:
    stage.provider.ensure_machine(stage.request(), deadline=DEADLINE)
    stage.provider.destroy(stage.one("machine"), stage.owner, deadline=DEADLINE)
    assert stage.listing().machines == ()
    assert "machine" not in {resource.kind for resource in stage.listing().resources}


def test_machines_are_in_a_stable_order(stage: Stage) -> None:
    network, image = stage.network(), stage.image()
    for name in ("us-3", "us-1", "us-2"):
        request = stage.request(name, network=network, image=image)
        stage.provider.ensure_machine(request, deadline=DEADLINE)
    assert [machine.name for machine in stage.listing().machines] == ["us-1", "us-2", "us-3"]


def test_a_survey_changes_nothing_and_asks_once_for_each_kind(stage: Stage) -> None:
    stage.network()
    calls = stage.count(stage.listing)
    assert len(calls) == len(set(calls)) == 6
    assert stage.changes(stage.listing) == []


def test_throttling_is_waited_out_and_reported(stage: Stage) -> None:
    stage.network()
    stage.emulator.refuse("read machines", stage.emulator.throttled, times=2)
    assert stage.listing().resources
    assert [retry.attempt for retry in stage.retries] == [1, 2]
    assert "Request limit exceeded" in stage.retries[0].reason


def test_a_listing_goes_to_the_last_page(stage: Stage) -> None:
    network, image = stage.network(), stage.image()
    stage.provider.ensure_network(stage.network_request(target="eu"))
    stage.provider.ensure_network(stage.network_request(target="asia"))
    names = ["us-1", "us-2", "us-3"]
    requests = [stage.request(name, network=network, image=image) for name in names]
    for request in requests:
        stage.provider.ensure_machine(request, deadline=DEADLINE)
    whole = stage.listing()
    limited = stage.emulator.limit_pages(2)
    calls = stage.count(lambda: None if stage.listing() == whole else pytest.fail("cut short"))
    assert [machine.name for machine in whole.machines] == names
    assert sum(resource.kind == "firewall" for resource in whole.resources) == 3
    # Machines, disks, interfaces and firewalls take two pages each where pages are short.
    assert len(calls) == (10 if limited else 6)
    found = stage.provider.find_machine(requests[2].token, stage.owner)
    assert found in whole.machines
