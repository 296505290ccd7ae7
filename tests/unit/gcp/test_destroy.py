"""Removal: ours alone, in order, again while in use, and back when it is over."""

from __future__ import annotations

import pytest

from providers.contract.errors import (
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
)
from providers.contract.types import Owner, PortRule, Resource, ResourceKind
from providers.contract.waiting import Deadline
from providers.gcp.destroy import Removal
from providers.gcp.ingress import wanted
from providers.gcp.names import network_tag
from tests.unit.gcp.canned import (
    NOT_FOUND,
    OURS,
    PROJECT,
    ZONE,
    Canned,
    Json,
    aggregated,
    error,
    instance,
    operation,
    running,
    serving,
)
from tests.unit.gcp.requests import OWNER, TOKEN
from tests.unit.gcp.test_network import listed

SSH = PortRule(22, "tcp", "203.0.113.4/32", "ssh")
WEB = PortRule(80, "tcp", "0.0.0.0/0")
IN_USE = error("resourceInUseByAnotherResource", "The disk is used by instances/n", 400)


def remove(
    canned: Canned,
    kind: ResourceKind = "machine",
    id: str = f"{ZONE}/{TOKEN}",
    *,
    owner: Owner = OWNER,
    seconds: float = 60.0,
) -> None:
    resource = Resource(kind, id, "x", "gcp", "us-central1", "us", owner.tags)
    Removal(canned.calls, resource, owner, Deadline.after(seconds)).run()


def test_a_machine_takes_three_calls() -> None:
    with serving(
        {
            "instances.get": [instance()],
            "instances.delete": [running()],
            "zoneOperations.wait": [operation()],
        }
    ) as canned:
        remove(canned)
    assert canned.operations == ["instances.get", "instances.delete", "zoneOperations.wait"]


@pytest.mark.parametrize(
    ("kind", "call"), [("machine", "instances"), ("disk", "disks"), ("address", "addresses")]
)
def test_what_is_gone_is_fine(kind: ResourceKind, call: str) -> None:
    with serving({f"{call}.get": [NOT_FOUND]}) as canned:
        remove(canned, kind)
    with serving(
        {f"{call}.get": [{"name": TOKEN, "labels": OURS}], f"{call}.delete": [NOT_FOUND]}
    ) as canned:
        remove(canned, kind)


def test_what_goes_while_we_look_is_fine() -> None:
    with serving(
        {
            "instances.get": [instance()],
            "instances.delete": [running()],
            "zoneOperations.wait": [operation(("RESOURCE_NOT_FOUND", "Gone."), http=404)],
        }
    ) as canned:
        remove(canned)


@pytest.mark.parametrize(
    ("kind", "call"), [("machine", "instances"), ("disk", "disks"), ("address", "addresses")]
)
def test_what_is_not_ours_is_left_alone(kind: ResourceKind, call: str) -> None:
    with (
        serving({f"{call}.get": [{"name": TOKEN, "labels": {"app": "other"}}]}) as canned,
        pytest.raises(ForeignResourceError) as caught,
    ):
        remove(canned, kind)
    assert canned.operations == [f"{call}.get"]
    assert "longshore-project=shop" in caught.value.advice


def test_a_disk_in_use_is_tried_again() -> None:
    with serving(
        {
            "disks.get": [{"name": TOKEN, "labels": OURS}],
            "disks.delete": [IN_USE, running()],
            "zoneOperations.wait": [operation()],
        }
    ) as canned:
        remove(canned, "disk")
    assert [retry.operation for retry in canned.retries] == ["disks.delete"]


def test_a_disk_that_stays_in_use_is_told_at_the_deadline() -> None:
    with (
        serving(
            {"disks.get": [{"name": TOKEN, "labels": OURS}], "disks.delete": [IN_USE]}
        ) as canned,
        pytest.raises(DeadlineError) as caught,
    ):
        remove(canned, "disk", seconds=0.0)
    assert "used by instances/n" in caught.value.message


def test_all_rules_of_a_target_go_and_the_denial_last() -> None:
    stands = wanted(OWNER, "us", "default", [SSH, WEB])
    with serving(
        {
            "firewalls.list": [listed(*stands)],
            "instances.aggregatedList": [aggregated("instances")],
            "firewalls.delete": [operation(everywhere=True)],
        }
    ) as canned:
        remove(canned, "firewall", network_tag(OWNER, "us"))
    gone = [one.path.rpartition("/")[2] for one in canned.sent[2:]]
    assert sorted(gone) == sorted(rule.name for rule in stands)
    assert gone[-1] == stands[-1].name
    with serving({"firewalls.list": [listed()]}) as canned:
        remove(canned, "firewall", network_tag(OWNER, "us"))
    assert canned.operations == ["firewalls.list"]


def _behind(zone: str) -> Json:
    """A machine of the target in that zone, behind its firewall."""
    there = f"https://x/compute/v1/projects/{PROJECT}/zones/{zone}"
    return instance(zone=there, tags={"items": [network_tag(OWNER, "us")]})


def test_rules_wait_for_the_machines_behind_them_in_every_region() -> None:
    """The cloud would let them go, and open SSH on those machines to everyone."""
    stands = wanted(OWNER, "us", "default", [SSH])
    elsewhere = {"zones/europe-west1-b": {"instances": [_behind("europe-west1-b")]}}
    going = {"zones/us-central1-a": {"instances": [{**_behind(ZONE), "status": "DEPROVISIONING"}]}}
    with serving(
        {
            "firewalls.list": [listed(*stands)],
            "instances.aggregatedList": [
                aggregated("instances", more=elsewhere),
                aggregated("instances", more=going),
            ],
            "firewalls.delete": [operation(everywhere=True)],
        }
    ) as canned:
        remove(canned, "firewall", network_tag(OWNER, "us"))
    assert canned.operations[:3] == ["firewalls.list", *["instances.aggregatedList"] * 2]
    assert "labels.longshore-project" in canned.sent[1].query["filter"]
    (retry,) = canned.retries
    assert f"europe-west1-b/{TOKEN}" in retry.reason


def test_rules_that_stay_in_use_are_kept_and_told_at_the_deadline() -> None:
    stands = wanted(OWNER, "us", "default", [SSH])
    with (
        serving(
            {
                "firewalls.list": [listed(*stands)],
                "instances.aggregatedList": [
                    aggregated("instances", more={f"zones/{ZONE}": {"instances": [_behind(ZONE)]}})
                ],
            }
        ) as canned,
        pytest.raises(DeadlineError) as caught,
    ):
        remove(canned, "firewall", network_tag(OWNER, "us"), seconds=0.0)
    assert TOKEN in caught.value.message
    assert "firewalls.delete" not in canned.operations


def test_a_machine_of_another_target_holds_no_rules_back() -> None:
    stands = wanted(OWNER, "us", "default", [SSH])
    other = instance(tags={"items": [network_tag(OWNER, "eu")]})
    with serving(
        {
            "firewalls.list": [listed(*stands)],
            "instances.aggregatedList": [aggregated("instances", other)],
            "firewalls.delete": [operation(everywhere=True)],
        }
    ) as canned:
        remove(canned, "firewall", network_tag(OWNER, "us"))
    assert canned.operations.count("firewalls.delete") == 2


def test_a_strangers_rule_is_left_alone() -> None:
    with (
        serving({"firewalls.list": [listed()]}) as canned,
        pytest.raises(ForeignResourceError),
    ):
        remove(canned, "firewall", "default-allow-ssh")


@pytest.mark.parametrize("kind", ["interface", "key", "group"])
def test_kinds_there_are_none_of(kind: ResourceKind) -> None:
    with serving({}) as canned, pytest.raises(InvalidRequestError):
        remove(canned, kind)
    assert canned.sent == []


def test_an_id_that_is_none() -> None:
    with serving({}) as canned, pytest.raises(InvalidRequestError):
        remove(canned, "machine", "i-0123456789")
