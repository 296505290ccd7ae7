"""Machines that know and reach each other: what is planned, and when nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.name_machines import NameMachines
from orchestrator.operations.neighbours import (
    Neighbour,
    hosts_in,
    peer_rules,
    say_difference,
    say_hosts,
)
from orchestrator.operations.open_between import OpenBetween
from orchestrator.planning.desired import Desired
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.planning.up import plan_up
from orchestrator.spec.model import Opening, Target
from providers.contract.types import Abilities, Place, PortRule, Resource
from tests.unit.planning.test_plan_up import TODAY, US, desired, lines, resources, view

HERE, THERE = Place("aws", "us-east-1"), Place("gcp", "europe-west1")
EU = replace(US, name="eu", provider="gcp", region="europe-west1")
WEB = Opening(80)
US_1 = Neighbour("us-1", HERE, "192.0.2.1", "10.0.0.1")
US_2 = Neighbour("us-2", HERE, "192.0.2.2", "10.0.0.2")
EU_1 = Neighbour("eu-1", THERE, "192.0.2.9", "10.0.0.1")
ALL = (US_1, US_2, EU_1)


def test_private_inside_a_place_and_public_across() -> None:
    assert say_hosts(hosts_in(HERE, ALL)) == "eu-1 192.0.2.9, us-1 10.0.0.1, us-2 10.0.0.2"
    assert say_hosts(hosts_in(THERE, ALL)) == "eu-1 10.0.0.1, us-1 192.0.2.1, us-2 192.0.2.2"


def test_the_order_in_the_project_makes_no_difference() -> None:
    """A container keeps the names it was made with: another order would replace them all."""
    assert hosts_in(HERE, ALL) == hosts_in(HERE, reversed(ALL))
    assert peer_rules((WEB,), HERE, (US_1, replace(US_1, name="twin"))) == peer_rules(
        (WEB,), HERE, (replace(US_1, name="twin"), US_1)
    )


def test_a_machine_without_a_private_address_goes_by_the_one_it_has() -> None:
    assert replace(US_1, private="").seen_from(HERE) == "192.0.2.1"


def test_the_rules_let_in_those_machines_alone() -> None:
    assert peer_rules((WEB,), HERE, ALL) == (
        PortRule(80, "tcp", "10.0.0.1/32", "between: us-1"),
        PortRule(80, "tcp", "10.0.0.2/32", "between: us-2"),
        PortRule(80, "tcp", "192.0.2.9/32", "between: eu-1"),
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("us-1 10.0.0.1", "us-1 10.0.0.1, us-2 10.0.0.2", "us-2 joins the neighbours"),
        ("us-1 10.0.0.1", "us-1 10.0.0.7", "us-1 is at 10.0.0.7 now"),
        ("us-1 10.0.0.1, us-2 10.0.0.2", "us-1 10.0.0.1", "us-2 is gone"),
        ("us-1 10.0.0.1", "", "the names of its neighbours are no longer asked for"),
    ],
)
def test_what_has_become_of_the_names(before: str, after: str, said: str) -> None:
    assert say_difference(before, after) == said


def between(*targets: Target) -> Desired:
    wanted = desired(*targets)
    return replace(wanted, project=replace(wanted.project, between=(WEB,)))


def settled(
    wanted: Desired, neighbour: Neighbour, target: str, everyone: tuple[Neighbour, ...]
) -> MachineView:
    """A machine that knows all of its neighbours, and so do its containers."""
    seen = view(neighbour.name, wanted, target)
    said = say_hosts(hosts_in(neighbour.place, everyone))
    cloud = replace(
        seen.cloud,
        provider=neighbour.place.provider,
        region=neighbour.place.region,
        address=neighbour.public,
        private_address=neighbour.private,
    )
    containers = tuple(replace(each, hosts=said) for each in seen.containers)
    return replace(seen, cloud=cloud, hosts=said, containers=containers)


def firewalls(*everyone: Neighbour) -> tuple[Resource, ...]:
    """The firewalls of both targets with the rules for these machines, and the keys."""
    found = []
    for target, place in ((US, HERE), (EU, THERE)):
        firewall, key = resources(target)
        ssh = tuple(rule for rule in firewall.rules if rule.port == 22)
        rules = (*ssh, *peer_rules((WEB,), place, everyone))
        where = {"provider": place.provider, "region": place.region}
        found += [
            replace(firewall, id=f"sg-{target.name}", rules=rules, **where),
            replace(key, id=f"key-{target.name}", **where),
        ]
    return tuple(found)


TWO = replace(US, count=2)


def plan(wanted: Desired, views: tuple[MachineView, ...], stands: tuple[Resource, ...]) -> Plan:
    return plan_up(wanted, Survey(views, stands, (HERE, THERE)), TODAY)


def all_settled(wanted: Desired) -> tuple[MachineView, ...]:
    return (
        settled(wanted, US_1, "us", ALL),
        settled(wanted, US_2, "us", ALL),
        settled(wanted, EU_1, "eu", ALL),
    )


def test_when_everyone_knows_everyone_there_is_nothing_to_do() -> None:
    wanted = between(TWO, EU)
    assert plan(wanted, all_settled(wanted), firewalls(*ALL)).empty


def test_from_nothing_names_and_ports_come_after_all_machines_and_before_services() -> None:
    result = plan(between(TWO, EU), (), ())
    operations = {operation.id: operation for operation in result.operations}
    trusts = {id for id in operations if id.startswith("connect:")}
    naming = [o for o in result.operations if isinstance(o, NameMachines)]
    opening = [o for o in result.operations if isinstance(o, OpenBetween)]
    assert [o.name for o in naming] == ["us-1", "us-2", "eu-1"]
    assert [(o.target.name, o.own) for o in opening] == [
        ("us", ("us-1", "us-2")),
        ("eu", ("eu-1",)),
    ]
    assert all(trusts <= operation.needs for operation in (*naming, *opening))
    for operation in result.operations:
        if operation.kind in ("deliver", "pull"):
            assert f"names:{operation.machine}:{operation.machine}" in operation.needs
            assert {each.id for each in opening} <= operation.needs
    before: set[str] = set()
    for operation in result.operations:
        assert operation.needs <= before
        before.add(operation.id)
    assert not [o for o in result.operations if o.kind == "reach"], "nobody else reaches it"
    for change in result.changes:
        if (change.action, change.kind) == ("create", "firewall"):
            assert "80/tcp" not in change.detail


def test_a_new_neighbour_is_told_to_all_and_to_their_containers() -> None:
    wanted = between(TWO, EU)
    old = (US_1, EU_1)
    views = (settled(wanted, US_1, "us", old), settled(wanted, EU_1, "eu", old))
    result = plan(wanted, views, firewalls(*old))
    joins = [(c.kind, c.machine) for c in result.changes if c.detail == "us-2 joins the neighbours"]
    assert joins == [
        (kind, machine)
        for machine in ("us-1", "eu-1")
        for kind in ("names", "container", "container")
    ]
    prepared = [o for o in result.operations if o.kind == "firewall"]
    kept = {rule.source for rule in prepared[0].rules if rule.port == 80}  # type: ignore[attr-defined]
    assert kept == {"10.0.0.1/32", "192.0.2.9/32"}, "what stands stays until all are known"


def test_a_moved_neighbour_changes_firewalls_names_and_containers_at_once() -> None:
    wanted = between(TWO, EU)
    moved = replace(EU_1, public="192.0.2.77")
    first, second, third = all_settled(wanted)
    third = replace(third, cloud=replace(third.cloud, address="192.0.2.77"))
    result = plan(wanted, (first, second, third), firewalls(*ALL))
    assert not [o for o in result.operations if isinstance(o, OpenBetween)]
    (firewall,) = [c for c in result.changes if c.kind == "firewall"]
    assert firewall.detail == "+ 80/tcp from 192.0.2.77/32, - 80/tcp from 192.0.2.9/32"
    told = [(c.kind, c.machine) for c in result.changes if c.detail == "eu-1 is at 192.0.2.77 now"]
    assert told == [
        (kind, machine)
        for machine in ("us-1", "us-2")
        for kind in ("names", "container", "container")
    ]
    assert moved.seen_from(THERE) == EU_1.seen_from(THERE)


def test_a_job_that_is_done_is_not_run_again_for_a_name() -> None:
    wanted = between(US)
    alone = (US_1,)
    seen = settled(wanted, US_1, "us", alone)
    db, web = seen.containers
    done = replace(web, hosts="", state="exited", status="Exited (0) 2 days ago", health="none")
    result = plan(wanted, (replace(seen, containers=(db, done)),), firewalls(*alone)[:2])
    assert result.empty


def test_without_the_key_what_was_told_is_taken_back() -> None:
    wanted = desired(US)
    seen = settled(wanted, US_1, "us", (US_1,))
    result = plan(wanted, (seen,), resources(US))
    assert lines(result)[:2] == ["create image web", "update names us-1"]
    assert {c.detail for c in result.changes if c.kind in ("names", "container")} == {
        "the names of its neighbours are no longer asked for"
    }


def test_a_port_that_nothing_could_close_is_refused() -> None:
    wanted = between(US)
    survey = Survey((), (), (HERE,), {HERE: Abilities(firewall=False)})
    with pytest.raises(LongshoreError, match="aws has no firewall") as caught:
        plan_up(wanted, survey, TODAY)
    assert caught.value.exit_code == ExitCode.BAD_INPUT


def test_names_alone_need_no_firewall() -> None:
    wanted = desired(US)
    wanted = replace(wanted, project=replace(wanted.project, between=()))
    survey = Survey((), (), (HERE,), {HERE: Abilities(firewall=False)})
    result = plan_up(wanted, survey, TODAY)
    assert [o.kind for o in result.operations if o.kind in ("names", "between")] == ["names"]


def test_regions_that_share_a_firewall_have_the_rules_of_both() -> None:
    west = Place("aws", "us-west-2")
    target = replace(TWO, elsewhere=(west,))
    wanted = between(target)
    far = Neighbour("us-2", west, "192.0.2.2", "10.9.0.2")
    both = (US_1, far)
    views = (settled(wanted, US_1, "us", both), settled(wanted, far, "us", both))
    firewall, key = resources(US)
    ssh = tuple(rule for rule in firewall.rules if rule.port == 22)
    rules = {(*ssh, *peer_rules((WEB,), place, both)) for place in (HERE, west)}
    merged = tuple(dict.fromkeys(rule for each in rules for rule in each))
    shared = [
        replace(each, region=place.region)
        for place in (HERE, west)
        for each in (replace(firewall, rules=merged), key)
    ]
    assert plan_up(wanted, Survey(views, tuple(shared), (HERE, west)), TODAY).empty
