"""The cloud has no room: the next zone, then the next place, and nothing is left behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.test_changed_project import left_in
from tests.faults.test_killed_up import KILLED_AFTER, kill_during_up
from tests.rehearsal import Rehearsal, page

FIRST, SECOND = "us-east-1", "eu-west-1"
FULL = {"action": "RunInstances", "code": "InsufficientInstanceCapacity", "status": 500}


@pytest.fixture
def two_places(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    """A project whose target may be in two regions; neither has anything left at its end."""
    rehearsal.write_app()
    file = rehearsal.folder / "longshore.yaml"
    file.write_text(file.read_text().replace("region: us-east-1", f"region: [{FIRST}, {SECOND}]"))
    yield rehearsal
    rehearsal.sandbox.inject_faults([])
    rehearsal.down().check()
    assert left_in(rehearsal, FIRST) == {}
    assert left_in(rehearsal, SECOND) == {}


def fallbacks(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["what"], event["instead"]) for event in events]


def zones_of(rehearsal: Rehearsal, type: str) -> int:
    """In how many zones of the first region the type is offered."""
    offered = rehearsal.ec2(FIRST).describe_instance_type_offerings(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": [type]}]
    )
    return len(offered["InstanceTypeOfferings"])


def test_the_next_zone_when_the_first_is_full(two_places: Rehearsal) -> None:
    two_places.sandbox.inject_faults([FULL])
    ran = two_places.up().check()
    (instance,) = two_places.instances(FIRST)
    type, zone = instance["InstanceType"], instance["Placement"]["AvailabilityZone"]
    ((what, instead),) = fallbacks(ran.of("fallback"))
    assert what != instead == f"{type} in {zone}"
    assert left_in(two_places, SECOND) == {}


def test_the_next_place_when_every_zone_of_the_first_is_full(two_places: Rehearsal) -> None:
    zones = zones_of(two_places, "t3.medium")
    two_places.sandbox.inject_faults([{**FULL, "times": zones}])
    ran = two_places.up().check()

    (instance,) = two_places.instances(SECOND)
    assert instance["InstanceType"] == "t3.medium"
    assert left_in(two_places, FIRST) == {}
    assert fallbacks(ran.of("fallback"))[-1][1] == f"aws {SECOND}"
    assert page(ran.of("url-ready")[0]["url"]) == "hello"
    assert two_places.up().check().of("run-finished")[0]["outcome"] == "no-changes"


def test_a_quota_leads_to_the_next_place(two_places: Rehearsal) -> None:
    refusal = {"action": "RunInstances", "code": "VcpuLimitExceeded", "status": 400}
    two_places.sandbox.inject_faults([refusal])
    two_places.up().check()
    assert left_in(two_places, SECOND)["instances"]
    assert left_in(two_places, FIRST) == {}


def test_a_run_killed_in_the_second_place_goes_on_there(two_places: Rehearsal) -> None:
    zones = zones_of(two_places, "t3.medium")
    two_places.sandbox.inject_faults([{**FULL, "times": zones}])
    prelude = KILLED_AFTER.format(action="RunInstances")
    ran = two_places.run("up", "--yes", prelude=prelude)
    assert ran.code == -signal.SIGKILL
    (made,) = two_places.instances(SECOND)

    two_places.up().check()

    assert [i["InstanceId"] for i in two_places.instances(SECOND)] == [made["InstanceId"]]
    assert left_in(two_places, FIRST) == {}


def test_a_killed_run_in_the_first_place_goes_on_there(two_places: Rehearsal) -> None:
    kill_during_up(two_places, KILLED_AFTER.format(action="RunInstances"))
    (made,) = two_places.instances(FIRST)
    two_places.up().check()
    assert [i["InstanceId"] for i in two_places.instances(FIRST)] == [made["InstanceId"]]
    assert left_in(two_places, SECOND) == {}


def test_another_cloud_when_the_first_is_full(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    file = rehearsal.folder / "longshore.yaml"
    file.write_text(
        file.read_text().replace(
            "provider: aws, region: us-east-1",
            "provider: [aws, gcp], region: [us-east-1, europe-west1]",
        )
    )
    rehearsal.sandbox.inject_faults([{**FULL, "times": zones_of(rehearsal, "t3.medium")}])
    ran = rehearsal.up().check()
    assert fallbacks(ran.of("fallback"))[-1][1] == "gcp europe-west1"
    assert page(ran.of("url-ready")[0]["url"]) == "hello"
    assert left_in(rehearsal, FIRST) == {}

    shown = rehearsal.run("status", "--output", "json").check().of("status-report")[0]
    (row,) = shown["rows"]
    assert (row["machine"], row["provider"], row["region"]) == ("us-1", "gcp", "europe-west1")
    assert rehearsal.up().check().of("run-finished")[0]["outcome"] == "no-changes"

    rehearsal.down().check()
    gone = rehearsal.run("status", "--output", "json").check().of("status-report")[0]
    assert [row["state"] for row in gone["rows"]] == ["absent"]
