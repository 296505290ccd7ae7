"""The listing is the truth: complete, ours only, and what lives."""

from __future__ import annotations

from providers.contract.types import Listing, Owner
from tests.contract.needs import machines, needs
from tests.contract.stage import Stage


def test_nothing_is_listed_where_there_is_nothing(stage: Stage) -> None:
    assert stage.listing() == Listing((), ())


@machines(1)
def test_every_kind_is_listed(stage: Stage) -> None:
    machine = stage.machine()
    listing = stage.listing()
    assert listing.machines == (machine,)
    assert stage.kinds() == stage.facts.stands
    assert stage.one("machine").id == machine.id
    places = {(resource.provider, resource.region) for resource in listing.resources}
    assert {provider for provider, _ in places} == {stage.facts.name}


@machines(1)
def test_other_environments_are_not_listed(stage: Stage) -> None:
    stage.machine()
    other = Owner(stage.owner.project, "other")
    assert stage.provider.listing(other) == Listing((), ())


@machines(1)
def test_machines_that_are_gone_are_left_out(stage: Stage) -> None:
    stage.machine()
    stage.destroy(stage.one("machine"))
    assert stage.listing().machines == ()
    assert stage.some("machine") == []


@needs("makes machines")
@machines(3)
def test_machines_are_in_a_stable_order(stage: Stage) -> None:
    network, image = stage.network(), stage.image()
    for name in ("us-3", "us-1", "us-2"):
        stage.machine(stage.request(name, network=network, image=image))
    assert [machine.name for machine in stage.listing().machines] == ["us-1", "us-2", "us-3"]


@needs("calls", "makes machines")
def test_a_survey_changes_nothing_and_asks_no_more_than_it_has_to(stage: Stage) -> None:
    stage.network()
    assert len(stage.count(stage.listing)) == stage.facts.survey_calls
    assert stage.changes(stage.listing) == []


@needs("faults")
def test_throttling_is_waited_out_and_reported(stage: Stage) -> None:
    stage.network()
    before = stage.listing()
    stage.emulator.refuse("read machines", stage.facts.throttled, times=2)
    assert stage.listing() == before
    assert len(stage.retries) == 2
    assert stage.facts.throttled.message in stage.retries[0].reason


@needs("pages", "makes machines")
@machines(3)
def test_a_listing_goes_to_the_last_page(stage: Stage) -> None:
    network, image = stage.network(), stage.image()
    names = ["us-1", "us-2", "us-3"]
    requests = [stage.request(name, network=network, image=image) for name in names]
    for request in requests:
        stage.machine(request)
    for target in ("eu", "asia"):
        stage.provider.ensure_network(stage.network_request(target=target))
    found: list[Listing] = []
    short = stage.count(lambda: found.append(stage.listing()))
    stage.emulator.limit_pages(2)
    long = stage.count(lambda: found.append(stage.listing()))
    assert found[0] == found[1]
    assert [machine.name for machine in found[0].machines] == names
    assert set(stage.firewalls()) == {"us", "eu", "asia"}
    assert len(long) > len(short)
    machine = stage.provider.find_machine(requests[2].token, stage.owner)
    assert machine in found[0].machines
