"""In which order things go, what goes with what, and what has to wait for whom."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.errors import LongshoreError
from orchestrator.planning.down import plan_down
from orchestrator.planning.removal import removals
from orchestrator.planning.survey import MachineView, Survey
from providers.contract.errors import TransientError
from providers.contract.types import Place, Resource, ResourceKind
from tests.unit.planning.test_plan_up import machine

AZURE = Place("azure", "westeurope")


def resource(kind: ResourceKind, id: str, place: Place = AZURE, within: str = "") -> Resource:
    return Resource(kind, id, id, *place, None, {}, within=within)


def test_each_kind_waits_for_those_before_it_in_its_place() -> None:
    aws = Place("aws", "us-east-1")
    found = removals(
        [
            resource("key", "k"),
            resource("machine", "m"),
            resource("firewall", "f"),
            resource("machine", "m2", aws),
            resource("key", "k2", aws),
        ]
    )
    needs = {o.resource.id: {n.rsplit(":", 1)[1] for n in o.needs} for o in found}
    assert needs == {"m": set(), "m2": set(), "f": {"m"}, "k": {"m", "f"}, "k2": {"m2"}}


def test_one_that_is_in_no_region_waits_for_the_machines_of_all_that_list_it() -> None:
    east, west = Place("gcp", "us-east1"), Place("gcp", "us-west1")
    found = removals(
        [
            resource("machine", "m-east", east),
            resource("machine", "m-west", west),
            resource("firewall", "f", east),
            resource("firewall", "f", west),
            resource("machine", "m-azure", AZURE),
        ]
    )
    needs = {o.resource.id: {n.rsplit(":", 1)[1] for n in o.needs} for o in found}
    assert needs == {
        "m-east": set(),
        "m-west": set(),
        "m-azure": set(),
        "f": {"m-east", "m-west"},
    }


def test_what_is_inside_a_group_needs_no_call() -> None:
    found = removals(
        [
            resource("machine", "vm", within="/group"),
            resource("disk", "disk", within="vm"),
            resource("interface", "nic", within="/group"),
            resource("group", "/group"),
        ]
    )
    assert [(o.resource.id, o.carried, o.needs) for o in found] == [
        ("/group", False, frozenset()),
        ("vm", True, frozenset({found[0].id})),
    ]
    assert [o.describe() is not None for o in found] == [True, True]


def test_what_is_inside_a_group_that_stays_goes_by_itself() -> None:
    found = removals([resource("machine", "vm", within="/group")])
    assert [(o.resource.id, o.carried) for o in found] == [("vm", False)]


def test_a_group_of_another_place_takes_nothing_along() -> None:
    other = Place("azure", "northeurope")
    found = removals([resource("machine", "vm", other, "/group"), resource("group", "/group")])
    assert {o.resource.id: o.carried for o in found} == {"vm": False, "/group": False}


def test_down_destroys_a_group_in_one_call_and_shows_its_machines() -> None:
    cloud = replace(machine("eu-1", "eu"), provider="azure", region="westeurope", id="vm")
    survey = Survey(
        (MachineView(cloud, "ok", within="/group"),),
        (resource("group", "/group"), resource("disk", "disk", within="/group")),
    )
    plan = plan_down(survey)
    assert [(c.kind, c.subject) for c in plan.changes] == [("group", "/group"), ("machine", "eu-1")]
    assert [o.carried for o in plan.operations] == [False, True]
    assert len(plan.warnings) == 1


def test_down_says_which_place_could_not_be_asked() -> None:
    error = TransientError("no answer", provider="azure", operation="virtualMachines.list")
    plan = plan_down(Survey((), (), (AZURE,), unanswered={AZURE: error}))
    assert plan.warnings == (
        "azure westeurope cannot be asked, so what is there stays: "
        "azure virtualMachines.list: no answer",
    )
    assert not isinstance(error, LongshoreError)
