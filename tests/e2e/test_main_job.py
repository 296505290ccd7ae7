"""The main job on bare machines, from nothing to nothing, one step after the other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from providers.sandbox.control import Sandbox
from tests.homes import close, new_home
from tests.images import remove_images
from tests.rehearsal import Ran, Rehearsal, command, instance_of, page


@pytest.fixture(scope="module")
def bare(swept: None) -> Iterator[Rehearsal]:
    """Two bare machines' worth of project on a sandbox of its own."""
    home = new_home()
    sandbox = Sandbox(home / "sandbox")
    sandbox.up()
    made = Rehearsal(home / "project", sandbox)
    made.write_app(count=2)
    yield made
    remove_images(made.name)
    close(sandbox, home)


@pytest.fixture(scope="module")
def first(bare: Rehearsal) -> Ran:
    """The `up` from nothing that the tests below look at."""
    return bare.up()


def test_up_brings_the_app_to_every_machine(bare: Rehearsal, first: Ran) -> None:
    first.check()
    urls = {event["machine"]: event["url"] for event in first.of("url-ready")}
    assert set(urls) == {"us-1", "us-2"}
    assert [page(url) for url in urls.values()] == ["hello", "hello"]


def test_machines_are_made_as_promised(bare: Rehearsal, first: Ran) -> None:
    for instance in bare.instances():
        options = instance["MetadataOptions"]
        assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 1)
        ids = [mapping["Ebs"]["VolumeId"] for mapping in instance["BlockDeviceMappings"]]
        for volume in bare.aws("ec2", "describe-volumes", "--volume-ids", *ids)["Volumes"]:
            assert (volume["VolumeType"], volume["Encrypted"], volume["Size"]) == ("gp3", True, 20)
            assert instance_of(volume) == instance_of(instance)
        for interface in instance["NetworkInterfaces"]:
            described = bare.aws(
                "ec2",
                "describe-network-interfaces",
                "--network-interface-ids",
                interface["NetworkInterfaceId"],
            )["NetworkInterfaces"]
            tags = {tag["Key"]: tag["Value"] for tag in described[0]["TagSet"]}
            assert tags["longshore-machine"] == instance_of(instance)


def test_ssh_is_open_to_the_deployer_only(bare: Rehearsal, first: Ran) -> None:
    groups = bare.aws(
        "ec2",
        "describe-security-groups",
        "--filters",
        f"Name=tag:longshore-project,Values={bare.name}",
    )["SecurityGroups"]
    address = page(bare.environment["LONGSHORE_ECHO_URL"]).strip()
    sources = {
        permission["FromPort"]: [source["CidrIp"] for source in permission["IpRanges"]]
        for permission in groups[0]["IpPermissions"]
    }
    assert sources == {22: [f"{address}/32"], 8080: ["0.0.0.0/0"]}


def test_the_boot_began_the_installation_and_the_machine_is_well(
    bare: Rehearsal, first: Ran
) -> None:
    for instance in bare.instances():
        id = instance["InstanceId"]
        assert bare.on_machine(id, "systemctl", "is-system-running").strip() == "running"
        assert bare.on_machine(id, "cloud-init", "status").strip() == "status: done"
        config = json.loads(bare.on_machine(id, "cat", "/etc/docker/daemon.json"))
        assert config["live-restore"] is True
        assert config["log-opts"] == {"max-size": "10m", "max-file": "3"}


def test_the_host_key_from_user_data_is_gone(bare: Rehearsal, first: Ran) -> None:
    for instance in bare.instances():
        tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
        assert tags["longshore-trust"] == "rotated"
        assert "longshore-hostkey-next" not in tags
        seen = bare.on_machine(instance["InstanceId"], "ls", "/etc/ssh").split()
        assert [name for name in seen if name.startswith("ssh_host")] == [
            "ssh_host_ed25519_key",
            "ssh_host_ed25519_key.pub",
        ]


def test_a_second_up_changes_nothing_and_calls_nothing_that_changes(
    bare: Rehearsal, first: Ran
) -> None:
    before = bare.changes()
    second = bare.up().check()
    assert bare.changes() == before
    assert second.of("run-finished")[0]["outcome"] == "no-changes"
    assert second.of("operation-started") == []
    assert {event["machine"] for event in second.of("url-ready")} == {"us-1", "us-2"}
    assert bare.run("plan", "--exit-code").code == 0


def test_status_says_what_the_aws_command_line_sees(bare: Rehearsal, first: Ran) -> None:
    (report,) = bare.run("status", "--output", "json").check().of("status-report")
    rows = {row["machine"]: row for row in report["rows"]}
    mine = ["--filters", f"Name=tag:longshore-project,Values={bare.name}"]
    answer = bare.aws("ec2", "describe-instances", *mine)
    seen = [instance for group in answer["Reservations"] for instance in group["Instances"]]
    witness = {instance_of(instance): instance for instance in seen}
    assert rows.keys() == witness.keys()
    for name, instance in witness.items():
        row = rows[name]
        assert row["address"] == instance["PublicIpAddress"]
        assert row["zone"] == instance["Placement"]["AvailabilityZone"]
        assert row["type"] == instance["InstanceType"]
        assert row["state"] == instance["State"]["Name"] == "running"
        (service,) = row["services"]
        assert (service["service"], service["state"], service["health"]) == (
            "web",
            "running",
            "healthy",
        )


def test_only_what_changed_is_touched(bare: Rehearsal, first: Ran) -> None:
    before = bare.changes()
    bare.write_app(count=2, page="hello again")
    assert bare.run("plan", "--exit-code").code == 3
    ran = bare.up().check()
    assert bare.changes() == before
    kinds = {event["kind"] for event in ran.of("operation-finished")}
    assert kinds == {"image", "deliver", "container", "reach", "release"}
    assert {page(event["url"]) for event in ran.of("url-ready")} == {"hello again"}


def test_without_state_the_same_machines_are_adopted_and_verified(
    bare: Rehearsal, first: Ran
) -> None:
    before = {instance["InstanceId"] for instance in bare.instances()}
    shutil.rmtree(bare.folder / ".longshore")
    ran = bare.up().check()
    assert {event["id"] for event in ran.of("machine-adopted")} == before
    assert {instance["InstanceId"] for instance in bare.instances()} == before
    assert ran.of("run-finished")[0]["outcome"] == "no-changes"


def test_logs_exec_and_ssh_reach_the_machines(bare: Rehearsal, first: Ran) -> None:
    said = bare.run("exec", "--machine", "us-2", "web", "/busybox", "cat", "/www/index.html")
    deployed = (bare.folder / "www" / "index.html").read_text()
    assert (said.code, said.out) == (0, deployed)
    assert bare.run("exec", "web", "/busybox", "false").code == 1
    hostname = bare.run("ssh", "us-1", "--", "hostname").check().out.strip()
    assert hostname == f"{bare.name}-production-us-1"
    bare.run("logs", "web").check()


def test_down_leaves_nothing(bare: Rehearsal, first: Ran) -> None:
    machines = [bare.container(instance["InstanceId"]) for instance in bare.instances()]
    mounts = json.loads(command(["docker", "inspect", *machines]))
    volumes = {m["Name"] for machine in mounts for m in machine["Mounts"] if "Name" in m}
    assert volumes
    bare.down().check()
    assert bare.instances() == []
    assert bare.aws("ec2", "describe-volumes")["Volumes"] == []
    assert bare.aws("ec2", "describe-key-pairs")["KeyPairs"] == []
    tagged = ["--filters", "Name=tag-key,Values=longshore-project"]
    assert bare.aws("ec2", "describe-security-groups", *tagged)["SecurityGroups"] == []
    left = command(["docker", "ps", "-aq", "--no-trunc"]).split()
    assert not set(machines) & {id[:12] for id in left}
    assert not volumes & set(command(["docker", "volume", "ls", "-q"]).split())
    assert bare.down().check().of("run-finished")[0]["outcome"] == "no-changes"
