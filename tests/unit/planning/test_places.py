"""Plans over several places: found in any, made in the first, gone where nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.create_machine import CreateMachine
from orchestrator.operations.vacate import VacatePlaces
from orchestrator.planning.desired import Desired
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.planning.up import plan_up
from orchestrator.spec.model import Target
from providers.contract.types import Abilities, Place, Resource
from tests.unit.planning.test_plan_up import TODAY, US, desired, lines, resources, view

HERE, THERE = Place("aws", "us-east-1"), Place("gcp", "europe-west1")
BOTH = replace(US, elsewhere=(THERE,))


def moved(seen: MachineView, place: Place) -> MachineView:
    return replace(seen, cloud=replace(seen.cloud, provider=place.provider, region=place.region))


def standing(place: Place, target: Target = US) -> tuple[Resource, ...]:
    return tuple(
        replace(each, id=f"{each.id} {place}", provider=place.provider, region=place.region)
        for each in resources(target)
    )


def plan(wanted: Desired, *views: MachineView, stands: tuple[Resource, ...] = ()) -> Plan:
    return plan_up(wanted, Survey(views, stands, (HERE, THERE)), TODAY)


def test_from_nothing_only_the_first_place_is_prepared() -> None:
    result = plan(desired(BOTH))
    assert [o.id for o in result.operations if o.kind == "firewall"] == [
        "firewall:aws us-east-1:us"
    ]
    (create,) = [o for o in result.operations if isinstance(o, CreateMachine)]
    assert [way.place for way in create.ways] == [HERE, THERE]
    assert {way.rules for way in create.ways} == {create.ways[0].rules}
    assert create.detail.startswith("aws us-east-1, else gcp europe-west1, 2 vCPU")
    (vacate,) = [o for o in result.operations if isinstance(o, VacatePlaces)]
    assert vacate.needs == {create.id}


def test_a_machine_is_found_in_any_of_its_places() -> None:
    wanted = desired(BOTH)
    result = plan(wanted, moved(view("us-1", wanted), THERE), stands=standing(THERE))
    assert result.empty


def test_the_firewall_is_kept_right_wherever_machines_are() -> None:
    wanted = desired(replace(BOTH, count=2))
    rules_missing = tuple(replace(r, rules=()) for r in standing(THERE))
    result = plan(
        wanted,
        view("us-1", wanted),
        moved(view("us-2", wanted), THERE),
        stands=(*standing(HERE), *rules_missing),
    )
    assert lines(result) == ["update firewall us"]
    assert result.changes[0].detail.startswith("gcp europe-west1: + ")


def test_a_missing_machine_is_made_in_the_first_place_again() -> None:
    wanted = desired(replace(BOTH, count=2))
    result = plan(wanted, moved(view("us-1", wanted), THERE), stands=standing(THERE))
    firewalls = [o for o in result.operations if o.kind == "firewall"]
    assert [o.id for o in firewalls] == ["firewall:aws us-east-1:us"]
    assert "create machine us-2" in lines(result)
    assert [o for o in result.operations if o.kind == "destroy"] == []


def test_what_stands_where_no_machine_is_goes() -> None:
    wanted = desired(BOTH)
    result = plan(
        wanted,
        moved(view("us-1", wanted), THERE),
        stands=(*standing(HERE), *standing(THERE)),
    )
    assert lines(result) == ["delete firewall sg", "delete key key"]
    assert {c.detail.split(",")[0] for c in result.changes} == {"aws us-east-1"}


def test_a_firewall_that_is_in_no_region_is_one_wherever_it_is_listed() -> None:
    west = Place("aws", "us-west-2")
    us, eu = US, replace(US, name="eu", region="us-west-2")
    wanted = desired(us, eu)
    firewalls = [
        replace(resources(target)[0], id=f"sg-{target.name}", region=place.region)
        for target in (us, eu)
        for place in (HERE, west)
    ]
    keys = [replace(resources(us)[1], region=place.region) for place in (HERE, west)]
    views = (view("us-1", wanted), moved(view("eu-1", wanted, "eu"), west))
    survey = Survey(views, (*firewalls, *keys), (HERE, west))
    assert plan_up(wanted, survey, TODAY).empty
    alone = plan_up(desired(us), Survey(views[:1], (*firewalls, *keys), (HERE, west)), TODAY)
    assert [o.id for o in alone.operations] == ["destroy:firewall:sg-eu"]


def test_while_machines_are_missing_no_place_is_given_up_in_the_plan() -> None:
    wanted = desired(replace(BOTH, count=2))
    result = plan(wanted, view("us-1", wanted), stands=(*standing(HERE), *standing(THERE)))
    assert [o for o in result.operations if o.kind == "destroy"] == []


def test_a_machine_in_a_place_that_is_no_longer_named_goes_last() -> None:
    wanted = desired(replace(US, provider="gcp", region="europe-west1"))
    result = plan(wanted, view("us-1", wanted), stands=standing(HERE))
    (destroy,) = [o for o in result.operations if o.id == "destroy:machine:i-us-1"]
    assert destroy.detail.endswith("its target is in gcp europe-west1 now")


def test_a_machine_that_the_cloud_gave_up_is_removed_and_made_anew() -> None:
    wanted = desired(US)
    seen = view("us-1", wanted)
    failed = MachineView(replace(seen.cloud, state="failed"), "unknown")
    result = plan(wanted, failed, stands=standing(HERE))
    assert lines(result)[:3] == ["create image web", "delete machine us-1", "create machine us-1"]
    (create,) = [o for o in result.operations if isinstance(o, CreateMachine)]
    assert "destroy:machine:i-us-1" in create.needs
    assert [o.id for o in result.operations].count("destroy:machine:i-us-1") == 1
    assert result.unknown == ()


def test_a_failed_double_of_a_machine_that_serves_goes_last() -> None:
    wanted = desired(US)
    seen = view("us-1", wanted)
    failed = MachineView(replace(seen.cloud, id="i-failed", state="failed"), "unknown")
    result = plan(wanted, failed, seen, stands=standing(HERE))
    assert lines(result) == ["delete machine us-1"]
    assert result.operations[0].id == "destroy:machine:i-failed"


def able(**words: object) -> Survey:
    abilities = {HERE: Abilities(**words)}  # type: ignore[arg-type]
    return Survey((), (), (HERE,), abilities)


@pytest.mark.parametrize(
    ("target", "words", "said"),
    [
        (
            replace(US, market="spot"),
            {"markets": ("on-demand",)},
            "target us asks for spot machines, and aws has only on-demand ones",
        ),
        (
            replace(US, arch="arm64"),
            {"arches": ("x86_64",)},
            "target us asks for arm64 machines, and aws has only x86_64 ones",
        ),
    ],
)
def test_what_a_provider_does_not_have_is_refused(
    target: Target, words: dict[str, object], said: str
) -> None:
    with pytest.raises(LongshoreError, match=said) as caught:
        plan_up(desired(target), able(**words), TODAY)
    assert caught.value.exit_code == ExitCode.BAD_INPUT


def test_a_place_that_comes_second_is_asked_for_its_abilities_too() -> None:
    survey = Survey((), (), (HERE, THERE), {THERE: Abilities(markets=("on-demand",))})
    with pytest.raises(LongshoreError, match="gcp has only on-demand ones"):
        plan_up(desired(replace(BOTH, market="spot")), survey, TODAY)


def test_without_key_pairs_there_is_no_line_for_a_key() -> None:
    wanted = desired(US)
    survey = Survey(
        (view("us-1", wanted),), resources(US)[:1], (HERE,), {HERE: Abilities(key_pairs=False)}
    )
    assert plan_up(wanted, survey, TODAY).empty


def test_without_a_firewall_there_is_no_line_for_one() -> None:
    wanted = desired(US)
    result = plan_up(wanted, able(firewall=False, key_pairs=False), TODAY)
    assert "create firewall us" not in lines(result)
    assert [o.kind for o in result.operations if o.kind in ("firewall", "machine")] == [
        "firewall",
        "machine",
    ]
    seen = Survey(
        (view("us-1", wanted),), (), (HERE,), {HERE: Abilities(firewall=False, key_pairs=False)}
    )
    assert plan_up(wanted, seen, TODAY).empty
