"""Sandboxes come up, are found again, survive a kill and leave nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import docker
import pytest

from providers.sandbox.control import Sandbox
from providers.sandbox.errors import SandboxError
from providers.sandbox.home import Home
from providers.sandbox.process import server_runs, wait_until

PARAMETER = "/aws/service/debian/release/12/latest/amd64"
DEADLINE = 60  # seconds


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "one")
    try:
        yield sandbox
    finally:
        sandbox.down()


def client(sandbox: Sandbox, service: str) -> Any:
    env = sandbox.env()
    return boto3.client(
        service,
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=env["AWS_DEFAULT_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )


def launch(sandbox: Sandbox) -> str:
    """One running machine; returns its instance id."""
    image = client(sandbox, "ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    ec2 = client(sandbox, "ec2")
    launched = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    instance_id: str = launched["Instances"][0]["InstanceId"]

    def running() -> bool | None:
        found = ec2.describe_instances(InstanceIds=[instance_id])
        return found["Reservations"][0]["Instances"][0]["State"]["Name"] == "running" or None

    assert wait_until(running, DEADLINE)
    return instance_id


def left_in_docker(sandbox_id: str) -> list[str]:
    """Names of everything in Docker that carries the sandbox's label."""
    engine, label = docker.from_env(), {"label": f"longshore.sandbox={sandbox_id}"}
    return [
        *(one.name for one in engine.containers.list(all=True, filters=label)),
        *(one.name for one in engine.volumes.list(filters=label)),
        *(one.name for one in engine.networks.list(filters=label)),
    ]


def test_up_twice_is_one_server_and_down_twice_leaves_nothing(sandbox: Sandbox) -> None:
    first = sandbox.up()
    instance_id = launch(sandbox)
    second = sandbox.up()
    assert second.endpoint == first.endpoint
    assert second.machines == (instance_id,)
    written = (sandbox.home / "env").read_text()
    assert written == "".join(f"{key}={value}\n" for key, value in sandbox.env().items())
    assert len(left_in_docker(first.sandbox)) == 4

    sandbox.down()
    assert left_in_docker(first.sandbox) == []
    assert not sandbox.status().running
    with pytest.raises(SandboxError, match="is not running"):
        sandbox.env()
    sandbox.down()


def test_machines_of_a_killed_server_are_swept_and_named(sandbox: Sandbox) -> None:
    before = sandbox.up()
    instance_id = launch(sandbox)
    home = Home(sandbox.home)
    record = home.read_server()
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    assert wait_until(lambda: not server_runs(home) or None, DEADLINE)
    assert sandbox.status().machines == (instance_id,)

    lines: list[str] = []
    after = sandbox.up(lines.append)
    assert f"Removing machine {instance_id}, left by an earlier run" in lines
    assert after.machines == ()
    assert after.sandbox == before.sandbox
    assert after.endpoint == before.endpoint
    assert client(sandbox, "ec2").describe_instances()["Reservations"] == []


def test_down_after_a_kill_leaves_nothing(sandbox: Sandbox) -> None:
    status = sandbox.up()
    launch(sandbox)
    record = Home(sandbox.home).read_server()
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    sandbox.down()
    assert left_in_docker(status.sandbox) == []


def test_a_process_that_is_not_ours_is_left_alone(sandbox: Sandbox) -> None:
    status = sandbox.up()
    home = Home(sandbox.home)
    record = home.read_server()
    assert record is not None
    home.write_server(replace(record, pid=os.getpid()))
    with pytest.raises(SandboxError, match="not as the process on record"):
        sandbox.down()
    assert server_runs(home)
    home.write_server(record)
    sandbox.down()
    assert left_in_docker(status.sandbox) == []


def test_two_sandboxes_stand_side_by_side(sandbox: Sandbox, tmp_path: Path) -> None:
    other = Sandbox(tmp_path / "two")
    try:
        one, two = sandbox.up(), other.up()
        assert one.sandbox != two.sandbox
        assert one.endpoint != two.endpoint
        instance_id = launch(sandbox)
        assert client(other, "ec2").describe_instances()["Reservations"] == []
        other.down()
        assert left_in_docker(two.sandbox) == []
        assert sandbox.status().machines == (instance_id,)
    finally:
        other.down()
