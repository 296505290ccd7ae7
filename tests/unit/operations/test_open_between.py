"""Ports between machines are opened where the machines are, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from orchestrator.operations.context import Context, Results
from orchestrator.operations.name_machines import write_block
from orchestrator.operations.open_between import OpenBetween
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.spec.model import Opening, Size, Target
from providers.contract.types import CloudMachine, Owner, Place, PortRule
from tests.unit.operations.fake_cloud import FakeClouds, FakePlace

FIRST, SECOND, OTHER = (
    Place("aws", "us-east-1"),
    Place("aws", "us-west-2"),
    Place("gcp", "us-west1"),
)
TARGET = Target(
    name="us", provider="aws", region="us-east-1", size=Size(cpu=2), elsewhere=(SECOND, OTHER)
)
SSH = PortRule(22, "tcp", "198.51.100.7/32", "ssh")
OLD = PortRule(5432, "tcp", "10.9.9.9/32", "between: us-9")
OWNER = Owner("shop", "production")


def machine(name: str, place: Place, number: int) -> CloudMachine:
    return CloudMachine(
        id=name,
        name=name,
        target="us",
        provider=place.provider,
        region=place.region,
        zone="a",
        type="small",
        state="running",
        address=f"192.0.2.{number}",
        private_address=f"10.0.0.{number}",
        token=name,
        created="",
        tags={},
    )


def way(place: Place) -> PrepareTarget:
    return PrepareTarget(
        target=TARGET,
        place=place,
        rules=(SSH, OLD),
        public_key="",
        action="none",
        for_machines=False,
    )


def open_between(places: dict[Place, FakePlace], *machines: CloudMachine) -> None:
    results = Results()
    for each in machines:
        results.put_machine(each)
    context = SimpleNamespace(results=results, owner=OWNER, providers=FakeClouds(places))
    names = tuple(each.name for each in machines)
    OpenBetween(
        target=TARGET,
        ways=tuple(way(place) for place in TARGET.places),
        openings=(Opening(5432),),
        own=names,
        named=names,
    ).apply(cast(Context, context))


def sources(place: FakePlace) -> set[str]:
    """From where the port is open by what was asked last."""
    return {rule.source for rule in place.networks[-1].rules if rule.port == 5432}


def test_each_place_lets_in_its_own_machines_and_those_of_the_others() -> None:
    places = {place: FakePlace(place) for place in TARGET.places}
    open_between(places, machine("us-1", FIRST, 1), machine("us-2", OTHER, 2))
    assert places[SECOND].networks == []
    assert sources(places[FIRST]) == {"10.0.0.1/32", "192.0.2.2/32"}
    assert sources(places[OTHER]) == {"192.0.2.1/32", "10.0.0.2/32"}
    assert SSH in places[FIRST].networks[-1].rules


def test_a_firewall_that_two_regions_share_serves_both() -> None:
    places = {place: FakePlace(place) for place in TARGET.places}
    open_between(places, machine("us-1", FIRST, 1), machine("us-2", SECOND, 2))
    assert sources(places[SECOND]) == {
        "10.0.0.1/32",
        "192.0.2.1/32",
        "10.0.0.2/32",
        "192.0.2.2/32",
    }


def test_the_block_is_handed_over_whole() -> None:
    command = write_block(OWNER, (("us-1", "10.0.0.1"), ("eu-1", "192.0.2.9")))
    assert command.sudo
    assert command.stdin == (
        b"# longshore: begin shop/production\n"
        b"10.0.0.1 us-1 shop-production-us-1\n"
        b"192.0.2.9 eu-1 shop-production-eu-1\n"
        b"# longshore: end shop/production\n"
    )
    assert write_block(OWNER, ()).stdin == b""
    assert replace(command, stdin=b"") == replace(write_block(OWNER, ()), stdin=b"")
