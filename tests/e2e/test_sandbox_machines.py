"""The sandbox's EC2 instances are machines: they boot, read user data and can be reached."""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import paramiko
import pytest
from botocore.exceptions import ClientError, HTTPClientError

from providers.sandbox.control import Sandbox
from tests.e2e.sandbox_cloud import (
    ARM_PARAMETER,
    Cloud,
    Keys,
    Shell,
    cloud_config,
    eventually,
    is_open,
    read_host_key,
    rule,
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    sandbox.up()
    try:
        yield Cloud(sandbox)
    finally:
        sandbox.down()


def test_machine_boots_reads_user_data_and_installs_docker(cloud: Cloud) -> None:
    login, host = Keys.make(), Keys.make()
    group = cloud.group(22)
    launched = cloud.launch(group, cloud_config(login, host))
    assert launched["State"]["Name"] == "pending"
    assert "PublicIpAddress" not in launched
    instance = cloud.wait_state(launched["InstanceId"], "running")
    address = instance["PublicIpAddress"]
    assert instance["PrivateIpAddress"] == address == launched["PrivateIpAddress"]
    assert instance["NetworkInterfaces"][0]["PrivateIpAddress"] == address

    assert eventually(lambda: read_host_key(address), "sshd answers") == host.public
    shell = Shell(address, "longshore", login, host)
    try:
        status, text = shell.run("cloud-init status --wait")
        assert (status, text.splitlines()[-1]) == (0, "status: done")
        assert shell.run("systemctl is-system-running --wait") == (0, "running")
        assert shell.run("cat /run/runcmd") == (0, "written by runcmd")
        assert shell.run("hostname")[1] == f"ip-{address.replace('.', '-')}"
        assert shell.run("sudo -n id -u") == (0, "0")
        status, text = shell.run(
            "sudo sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive "
            "apt-get -q -y install --no-install-recommends docker.io'"
        )
        assert status == 0, text
        assert shell.run("sudo docker info --format '{{.Driver}}'") == (0, "overlay2")
    finally:
        shell.close()

    output = cloud.ec2.get_console_output(InstanceId=instance["InstanceId"])["Output"]
    assert "Cloud-init v." in output
    (logged,) = [
        entry
        for entry in cloud.exchanges("RunInstances")
        if entry["parameters"]["SecurityGroupId.1"] == group
    ]
    assert logged["parameters"]["UserData"].endswith("characters>")
    assert "PRIVATE KEY" not in cloud.sandbox.exchanges.read_text()
    cloud.terminate(instance["InstanceId"])


def test_security_groups_are_enforced(cloud: Cloud) -> None:
    serve = "#cloud-config\nruncmd:\n- systemd-run python3 -m http.server 8000 -d /run\n"
    group = cloud.group(22)
    instance_id = cloud.launch(group, serve)["InstanceId"]
    address = cloud.wait_state(instance_id, "running")["PublicIpAddress"]
    eventually(lambda: is_open(address, 22), "sshd answers")
    container = f"longshore-sandbox-{cloud.sandbox.status().sandbox}-{instance_id}"
    eventually(
        lambda: (
            docker.from_env()
            .containers.get(container)
            .exec_run("python3 -c \"import socket; socket.create_connection(('127.0.0.1', 8000))\"")
            .exit_code
            == 0
        ),
        "the web server listens inside",
    )

    assert not is_open(address, 8000)
    cloud.open_port(group, 8000, "203.0.113.0/24")
    assert not is_open(address, 8000)
    cloud.open_port(group, 8000, f"{cloud.deployer}/32")
    assert is_open(address, 8000)
    cloud.ec2.revoke_security_group_ingress(
        GroupId=group, IpPermissions=rule(22, f"{cloud.deployer}/32")
    )
    assert not is_open(address, 22)
    with pytest.raises(ClientError) as refused:
        cloud.ec2.delete_security_group(GroupId=group)
    assert refused.value.response["Error"]["Code"] == "DependencyViolation"
    cloud.terminate(instance_id)
    cloud.ec2.delete_security_group(GroupId=group)


def test_one_token_is_one_machine_also_at_the_same_time(cloud: Cloud) -> None:
    group, token = cloud.group(), uuid.uuid4().hex
    launch = lambda _: cloud.launch(group, "#!/bin/true\n", ClientToken=token)  # noqa: E731
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = {launched["InstanceId"] for launched in pool.map(launch, range(8))}
    assert len(ids) == 1
    ids.add(launch(0)["InstanceId"])
    assert len(ids) == 1
    with pytest.raises(ClientError) as refused:
        cloud.launch(group, "#!/bin/false\n", ClientToken=token)
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatch"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    (instance_id,) = ids
    cloud.wait_state(instance_id, "running")
    cloud.terminate(instance_id)


def test_tags_disk_and_termination(cloud: Cloud) -> None:
    kinds = ("instance", "volume", "network-interface")
    tags = [{"Key": "longshore-project", "Value": "shop"}]
    launched = cloud.launch(
        cloud.group(),
        TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in kinds],
        BlockDeviceMappings=[
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "VolumeSize": 20,
                    "VolumeType": "gp3",
                    "Encrypted": True,
                    "DeleteOnTermination": True,
                },
            }
        ],
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    )
    instance_id = launched["InstanceId"]
    cloud.wait_state(instance_id, "running")
    container = f"longshore-sandbox-{cloud.sandbox.status().sandbox}-{instance_id}"
    by_tag = [{"Name": "tag:longshore-project", "Values": ["shop"]}]
    interfaces = cloud.ec2.describe_network_interfaces(Filters=by_tag)["NetworkInterfaces"]
    volumes = cloud.ec2.describe_volumes(Filters=by_tag)["Volumes"]
    assert [one["Attachment"]["InstanceId"] for one in interfaces] == [instance_id]
    assert [(one["Size"], one["VolumeType"], one["Encrypted"]) for one in volumes] == [
        (20, "gp3", True)
    ]
    engine = docker.from_env()
    assert engine.containers.get(container).status == "running"
    assert len(engine.volumes.list(filters={"name": container})) == 2

    answer = cloud.ec2.terminate_instances(InstanceIds=[instance_id])["TerminatingInstances"][0]
    assert answer["CurrentState"]["Name"] == "shutting-down"
    gone = cloud.wait_state(instance_id, "terminated")
    assert "PublicIpAddress" not in gone
    assert engine.containers.list(all=True, filters={"name": container}) == []
    assert engine.volumes.list(filters={"name": container}) == []
    assert not (cloud.sandbox.home / "seeds" / instance_id).exists()
    assert cloud.ec2.describe_network_interfaces(Filters=by_tag)["NetworkInterfaces"] == []
    assert cloud.ec2.describe_volumes(Filters=by_tag)["Volumes"] == []


def test_stop_and_start_keep_the_address(cloud: Cloud) -> None:
    group = cloud.group(22)
    instance_id = cloud.launch(group)["InstanceId"]
    address = cloud.wait_state(instance_id, "running")["PublicIpAddress"]
    eventually(lambda: is_open(address, 22), "sshd answers")
    cloud.ec2.stop_instances(InstanceIds=[instance_id])
    stopped = cloud.wait_state(instance_id, "stopped")
    assert "PublicIpAddress" not in stopped
    assert not is_open(address, 22)
    cloud.ec2.start_instances(InstanceIds=[instance_id])
    assert cloud.wait_state(instance_id, "running")["PublicIpAddress"] == address
    eventually(lambda: is_open(address, 22), "sshd answers again")
    cloud.terminate(instance_id)


def test_reboot_and_shutdown_from_inside(cloud: Cloud) -> None:
    login, host = Keys.make(), Keys.make()
    instance_id = cloud.launch(cloud.group(22), cloud_config(login, host))["InstanceId"]
    address = cloud.wait_state(instance_id, "running")["PublicIpAddress"]
    eventually(lambda: read_host_key(address), "sshd answers")
    shell = Shell(address, "longshore", login, host)
    assert shell.run("cloud-init status --wait")[0] == 0
    shell.run("sudo systemctl reboot")
    shell.close()

    def rebooted() -> Shell | None:
        try:
            fresh = Shell(address, "longshore", login, host)
        except (OSError, paramiko.SSHException):
            return None
        if fresh.run("test -e /run/runcmd")[0] == 0:  # /run is empty after a boot
            fresh.close()
            return None
        return fresh

    shell = eventually(rebooted, "the machine is back after its reboot")
    assert cloud.instance(instance_id)["State"]["Name"] == "running"
    shell.run("sudo systemctl poweroff")
    shell.close()
    stopped = cloud.wait_state(instance_id, "stopped")
    assert stopped["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    cloud.terminate(instance_id)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"UserData": "x" * (16 * 1024 + 1)}, "InvalidParameterValue"),
        ({"KeyName": "no-such-key"}, "InvalidKeyPair.NotFound"),
        ({"InstanceType": "t3.gigantic"}, "InvalidInstanceType.NotFound"),
        ({"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ({"ImageId": "arm64", "InstanceType": "t3.small"}, "InvalidParameterValue"),
        ({"ImageId": "arm64", "InstanceType": "t4g.small"}, "Unsupported"),
    ],
)
def test_what_ec2_refuses_is_refused(cloud: Cloud, change: dict[str, str], code: str) -> None:
    if change.get("ImageId") == "arm64":
        change = change | {"ImageId": cloud.parameter(ARM_PARAMETER)}
    machines = cloud.sandbox.status().machines
    with pytest.raises(ClientError) as refused:
        cloud.launch(cloud.group(), **change)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert cloud.sandbox.status().machines == machines


def test_injected_errors_and_lost_answers(cloud: Cloud) -> None:
    group, token = cloud.group(), uuid.uuid4().hex
    cloud.sandbox.inject_faults(
        [
            {"action": "RunInstances", "code": "InsufficientInstanceCapacity", "status": 500},
            {"action": "RunInstances", "when": "after"},
        ]
    )
    with pytest.raises(ClientError) as refused:
        cloud.launch(group, ClientToken=token)
    assert refused.value.response["Error"]["Code"] == "InsufficientInstanceCapacity"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    with pytest.raises(HTTPClientError):
        cloud.launch(group, ClientToken=token)
    launched = cloud.launch(group, ClientToken=token)
    mine = [{"Name": "instance.group-id", "Values": [group]}]
    found = cloud.ec2.describe_instances(Filters=mine)["Reservations"]
    assert [one["InstanceId"] for group in found for one in group["Instances"]] == [
        launched["InstanceId"]
    ]
    statuses = [
        (entry["status"], entry["error"], entry["fault"])
        for entry in cloud.exchanges("RunInstances")
        if entry["parameters"].get("ClientToken") == token
    ]
    assert statuses == [
        (500, "InsufficientInstanceCapacity", "before: InsufficientInstanceCapacity"),
        (0, "", "after: dropped"),
        (200, "", ""),
    ]
    cloud.wait_state(launched["InstanceId"], "running")
    cloud.terminate(launched["InstanceId"])


def test_the_aws_command_line_sees_the_same(cloud: Cloud) -> None:
    instance_id = cloud.launch(cloud.group())["InstanceId"]
    address = cloud.wait_state(instance_id, "running")["PublicIpAddress"]
    aws = Path(sys.executable).with_name("aws")
    query = "Reservations[].Instances[].[InstanceId,State.Name,PublicIpAddress]"
    seen = subprocess.run(
        [
            *(aws, "ec2", "describe-instances", "--instance-ids", instance_id),
            *("--query", query, "--output", "json"),
        ],
        env={**os.environ, **cloud.env},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(seen.stdout) == [[instance_id, "running", address]]
    cloud.terminate(instance_id)
