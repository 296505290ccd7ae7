"""The project changes between two runs, also between two halves of one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.test_killed_up import KILLED_AFTER, check_converged, kill_during_up
from tests.rehearsal import Rehearsal, instance_of

REGION = "eu-west-1"


def move(rehearsal: Rehearsal, region: str) -> None:
    file = rehearsal.folder / "longshore.yaml"
    file.write_text(file.read_text().replace("region: us-east-1", f"region: {region}"))


def left_in(rehearsal: Rehearsal, region: str) -> dict[str, list[Any]]:
    """Everything of ours in a region."""
    ec2, mine = rehearsal.ec2(region), [rehearsal.ours]
    found: dict[str, list[Any]] = {
        "instances": rehearsal.instances(region),
        "groups": ec2.describe_security_groups(Filters=mine)["SecurityGroups"],
        "keys": ec2.describe_key_pairs(Filters=mine)["KeyPairs"],
        "volumes": ec2.describe_volumes(Filters=mine)["Volumes"],
        "interfaces": ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"],
    }
    return {kind: items for kind, items in found.items() if items}


@pytest.fixture
def moving(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    """A rehearsal that may have something in both regions at its end."""
    yield rehearsal
    rehearsal.down().check()
    assert left_in(rehearsal, REGION) == {}
    assert left_in(rehearsal, "us-east-1") == {}


def test_a_region_change_moves_everything_and_leaves_nothing(moving: Rehearsal) -> None:
    moving.write_app()
    moving.up().check()
    move(moving, REGION)
    assert moving.run("plan", "--exit-code").code == 3
    moving.up().check()
    assert left_in(moving, "us-east-1") == {}
    assert [instance_of(i) for i in left_in(moving, REGION)["instances"]] == ["us-1"]
    assert moving.up().check().of("run-finished")[0]["outcome"] == "no-changes"


def test_down_finds_what_a_killed_run_made_in_a_region_left_since(moving: Rehearsal) -> None:
    moving.write_app()
    kill_during_up(moving, KILLED_AFTER.format(action="RunInstances"))
    move(moving, REGION)
    assert left_in(moving, "us-east-1")["instances"]


def test_fewer_machines_after_a_kill(moving: Rehearsal) -> None:
    moving.write_app(count=2)
    kill_during_up(moving, KILLED_AFTER.format(action="RunInstances"))
    moving.write_app(count=1)
    check_converged(moving, 1)


def test_a_refused_request_is_not_sent_again_for_a_project_that_has_changed(
    moving: Rehearsal,
) -> None:
    moving.write_app()
    refusal = {"action": "RunInstances", "code": "VcpuLimitExceeded", "status": 400}
    moving.sandbox.inject_faults([refusal])
    assert moving.up().code == 5
    file = moving.folder / "longshore.yaml"
    file.write_text(file.read_text().replace("{cpu: 2, memory: 4GiB}", "t3.small"))
    moving.up().check()
    (instance,) = moving.instances()
    assert instance["InstanceType"] == "t3.small"


def test_a_double_goes_and_the_machine_that_serves_stays(moving: Rehearsal) -> None:
    moving.write_app()
    (url,) = [event["url"] for event in moving.up().check().of("url-ready")]
    (first,) = moving.instances()
    double = moving.ec2().run_instances(
        ImageId=first["ImageId"],
        InstanceType=first["InstanceType"],
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": first["Tags"]}],
    )["Instances"][0]["InstanceId"]
    moving.write_app(page="second")

    ran = moving.up().check()

    assert [event["url"] for event in ran.of("url-ready")] == [url]
    assert [i["InstanceId"] for i in moving.instances()] == [first["InstanceId"]]
    destroyed = [e["detail"] for e in ran.of("operation-started") if e["kind"] == "destroy"]
    assert len(destroyed) == 1
    assert double in destroyed[0]


def test_two_crashes_in_the_rotation_lock_nobody_out(moving: Rehearsal) -> None:
    moving.write_app()
    killed = """
import os, signal
import orchestrator.operations.trust_machine as module
real = module.install_staged_host_key
def install(connection):
    {first}
    os.kill(os.getpid(), signal.SIGKILL)
module.install_staged_host_key = install
"""
    for first in ("real(connection)", "pass"):
        ran = moving.run("up", "--yes", prelude=killed.format(first=first))
        assert ran.code == -signal.SIGKILL
    check_converged(moving, 1)


def test_a_machine_that_is_still_starting_is_waited_for(moving: Rehearsal) -> None:
    moving.write_app()
    kill_during_up(moving, KILLED_AFTER.format(action="RunInstances"))
    pending = """
import time
import providers.aws.instances as module
real, until = module.to_machine, time.monotonic() + 4
def starting(instance, region):
    machine = real(instance, region)
    if time.monotonic() > until:
        return machine
    from dataclasses import replace
    return replace(machine, state="pending", address=None)
module.to_machine = starting
import providers.aws.listing, providers.aws.machines
providers.aws.listing.to_machine = providers.aws.machines.to_machine = starting
"""
    ran = moving.run("up", "--yes", "--output", "json", prelude=pending).check()
    assert ran.of("url-ready")
    assert len(moving.instances()) == 1


def test_a_second_plan_is_asked_for_when_it_holds_more_than_the_first(moving: Rehearsal) -> None:
    moving.write_app()
    moving.up().check()
    moving.write_app(page="second")
    first_connection_fails = """
from orchestrator.operations.fleet import Fleet
real, tries = Fleet.connect, []
def connect(self, name, address, pins, **keywords):
    tries.append(name)
    if len(tries) == 1:
        from orchestrator.machines.endpoint import Endpoint
        from orchestrator.machines.errors import Unreachable
        raise Unreachable(Endpoint(address, 22, "longshore", name), 1.0, "patched")
    return real(self, name, address, pins, **keywords)
Fleet.connect = connect
"""
    ran = moving.run("up", "--output", "json", prelude=first_connection_fails)
    assert ran.code != 0
    assert [e for e in ran.of("operation-started") if e["kind"] == "container"] == []
