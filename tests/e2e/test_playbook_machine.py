"""From a bare machine to a Docker host: user data, first connection, playbook, rotation."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

import boto3
import pytest
from botocore.config import Config

from orchestrator.machines.boot import render_user_data
from orchestrator.machines.command import Command
from orchestrator.machines.connection import Connection, Endpoint, Login
from orchestrator.machines.errors import HostKeyMismatch
from orchestrator.machines.facts import read_facts
from orchestrator.machines.hostkeys import HostKey, fingerprint, generate_host_key
from orchestrator.machines.keys import authorized_key
from orchestrator.machines.playbook import (
    Playbook,
    PlaybookFailed,
    load_playbook,
    parse_playbook,
    render_script,
    run_playbook,
)
from orchestrator.machines.report import PlaybookReport, StepReport
from orchestrator.machines.rotation import KEY, STAGED, install_staged_host_key, stage_host_key
from orchestrator.machines.unixsocket import DOCKER_SOCKET
from providers.sandbox.control import Sandbox
from tests.e2e.ssh_server import make_key

DEADLINE = 300.0
PARAMETER = "/aws/service/debian/release/{}/latest/amd64"


@dataclass
class Host:
    """One machine, and how its first boot went."""

    version: str
    endpoint: Endpoint
    login: Login
    boot_key: HostKey
    script: str
    connection: Connection
    steps: list[StepReport]
    report: PlaybookReport

    def open(self, *pins: str) -> Connection:
        return Connection.open(self.endpoint, self.login, frozenset(pins), deadline=30)

    def sh(self, script: str, sudo: bool = False) -> str:
        return self.connection.run(Command(("sh", "-c", script), sudo=sudo)).check().text


def boot(sandbox: Sandbox, user_data: bytes, version: str = "12") -> tuple[str, str]:
    """Run an instance with that release of Debian; its id and address."""
    env = sandbox.env()

    def client(service: str):  # type: ignore[no-untyped-def]
        return boto3.client(
            service,
            endpoint_url=env["AWS_ENDPOINT_URL"],
            region_name=env["AWS_DEFAULT_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    ec2 = client("ec2")
    deployer = urllib.request.urlopen(env["LONGSHORE_ECHO_URL"]).read().decode()
    group = ec2.create_security_group(
        GroupName=f"test-{uuid.uuid4().hex[:8]}",
        Description="test",
        VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
    )["GroupId"]
    source = [{"CidrIp": f"{deployer}/32"}]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": source}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    made = ec2.run_instances(
        ImageId=client("ssm").get_parameter(Name=PARAMETER.format(version))["Parameter"]["Value"],
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[group],
        UserData=user_data,
    )["Instances"][0]
    end = time.monotonic() + DEADLINE
    while not (address := made.get("PublicIpAddress")) or made["State"]["Name"] != "running":
        assert time.monotonic() < end, "the instance runs and has an address"
        time.sleep(0.1)
        found = ec2.describe_instances(InstanceIds=[made["InstanceId"]])
        made = found["Reservations"][0]["Instances"][0]
    return str(made["InstanceId"]), str(address)


@pytest.fixture(scope="module", params=["12", "13"])
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    version: str = request.param
    folder = tmp_path_factory.mktemp("playbook")
    login = Login(make_key(folder / "key"))
    boot_key = generate_host_key("us-1")
    script = render_script(load_playbook("docker"), "debian")
    user_data = render_user_data("us-1", "longshore", authorized_key(login), boot_key, script)
    sandbox = Sandbox(folder / "sandbox")
    sandbox.up()
    try:
        _, address = boot(sandbox, user_data, version)
        endpoint = Endpoint(address, 22, "longshore", "us-1")
        pins = frozenset({boot_key.pin})
        connection = Connection.open(endpoint, login, pins, deadline=DEADLINE)
        steps: list[StepReport] = []
        report = run_playbook(connection, script, deadline=DEADLINE, on_step=steps.append)
        yield Host(version, endpoint, login, boot_key, script, connection, steps, report)
        connection.close()
    finally:
        sandbox.down()


def test_a_bare_machine_becomes_a_docker_host(host: Host) -> None:
    everything = {step.name for step in load_playbook("docker").for_family("debian")}
    assert {step.step for step in host.report.steps} == everything
    assert {step.status for step in host.report.steps} <= {"ok", "changed"}
    changed = {step.step for step in host.steps if step.status == "changed"}
    assert {"docker-config", "docker-packages"} <= changed
    assert host.sh("systemctl is-enabled docker; systemctl is-active docker") == (
        "enabled\nactive\n"
    )


def test_the_first_connection_already_may_use_the_engine(host: Host) -> None:
    assert not host.report.reconnect
    with host.connection.open_unix(DOCKER_SOCKET) as sock:
        sock.sendall(b"GET /info HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
        head, _, body = sock.makefile("rb").read().partition(b"\r\n\r\n")  # type: ignore[attr-defined]
    assert head.startswith(b"HTTP/1.1 200 OK")
    info = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
    assert info["LiveRestoreEnabled"] is True
    assert info["LoggingDriver"] == "json-file"


def test_logs_are_rotated(host: Host) -> None:
    config = json.loads(host.sh("cat /etc/docker/daemon.json"))
    assert config == {
        "live-restore": True,
        "log-driver": "json-file",
        "log-opts": {"max-file": "3", "max-size": "10m"},
    }


def test_a_second_pass_changes_nothing_and_restarts_nothing(host: Host) -> None:
    started = "systemctl show -p ActiveEnterTimestampMonotonic docker"
    before = host.sh(started)
    report = run_playbook(host.connection, host.script, deadline=60, on_step=lambda _: None)
    assert report.changed == ()
    assert {step.status for step in report.steps} == {"ok"}
    assert host.sh(started) == before


def test_cloud_init_is_content(host: Host) -> None:
    assert "status: done" in host.sh("cloud-init status --wait")
    # "Valid cloud-config" in 22, "Valid schema user-data" in 25.
    assert host.sh("cloud-init schema --system", sudo=True).startswith("Valid ")
    assert host.sh("systemctl is-system-running --wait || true") == "running\n"
    assert host.sh("grep -c WARNING /var/log/cloud-init.log || true", sudo=True) == "0\n"


def test_the_script_is_kept_for_root_alone(host: Host) -> None:
    modes = "stat -c '%a %U' /var/lib/longshore /var/lib/longshore/playbook.sh"
    assert host.sh(modes, sudo=True) == "711 root\n700 root\n"


def test_facts(host: Host) -> None:
    facts = read_facts(host.connection)
    assert (facts.os_family, facts.os_id, facts.os_version) == ("debian", "debian", host.version)
    assert (facts.hostname, facts.user) == ("us-1", "longshore")
    assert "docker" in facts.groups
    assert facts.docker_socket
    assert facts.systemd
    assert facts.cpus > 0
    assert facts.memory > 2**28
    assert 0 < facts.disk_free < facts.disk


def test_what_an_administrator_set_stays_and_containers_survive(host: Host) -> None:
    own = '{"log-driver": "local", "debug": false}'
    write = f"echo '{own}' > /etc/docker/daemon.json"
    host.sh(write, sudo=True)
    steps: list[StepReport] = []
    report = run_playbook(host.connection, host.script, deadline=120, on_step=steps.append)
    if not host.sh("command -v python3 || true"):
        pytest.fail("the sandbox's machines have python3, as cloud-init needs it")
    assert report.changed == ("docker-config",)
    assert json.loads(host.sh("cat /etc/docker/daemon.json")) == {
        "debug": False,
        "live-restore": True,
        "log-driver": "local",
    }
    again = run_playbook(host.connection, host.script, deadline=60, on_step=lambda _: None)
    assert again.changed == ()


def test_a_failing_step_is_told_with_its_last_lines(host: Host) -> None:
    text = (
        "name: broken\ndescription: fails\nsteps:\n  - {name: no-such-package, check: 'false', "
        "run: apt-get -q -y install longshore-no-such-package, timeout: 60, retries: 0}\n"
    )
    script = render_script(parse_playbook(text, "broken.yaml"), "debian")
    with pytest.raises(PlaybookFailed) as caught:
        run_playbook(host.connection, script, deadline=60, on_step=lambda _: None)
    assert "us-1: step no-such-package failed with exit status 100\n" in str(caught.value)
    assert "Unable to locate package longshore-no-such-package" in str(caught.value)


HOLD_A_LOCK = """\
import fcntl, os, sys, time
lock = open(sys.argv[1], "a")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/run/held", "w").close()
end = time.monotonic() + 120
while not os.path.exists("/run/let-go") and time.monotonic() < end:
    time.sleep(0.05)
"""


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("package-lists", "/var/lib/apt/lists/lock"),
        ("docker-packages", "/var/lib/dpkg/lock-frontend"),
        ("docker-packages", "/var/cache/apt/archives/lock"),
    ],
)
def test_a_package_manager_at_work_is_waited_for(host: Host, name: str, lock: str) -> None:
    (step,) = (s for s in load_playbook("docker").for_family("debian") if s.name == name)
    step = replace(step, check="[ -e /run/done ]", run=f"{step.run}\ntouch /run/done", retries=0)
    script = render_script(Playbook("locks", "a test", (step,)), "debian")
    # There must be something to install.
    host.sh("rm -f /run/held /run/let-go /run/done; dpkg -P --force-depends ca-certificates", True)
    hold = ("systemd-run", "--quiet", "--collect", "python3", "-c", HOLD_A_LOCK, lock)
    host.connection.run(Command(hold, sudo=True)).check()
    host.sh("until [ -e /run/held ]; do sleep 0.05; done")
    log = "/var/log/longshore-playbook.log"
    host.sh(f": > {log}", True)
    wait = f"until grep -Eq 'Could not get lock|Waiting for cache lock' {log}; do sleep 0.1; done"

    def on_step(report: StepReport) -> None:
        if report.status == "running":
            host.sh(f"{wait}; touch /run/let-go", True)

    report = run_playbook(host.connection, script, deadline=180, on_step=on_step)
    assert report.changed == (name,)
    run_playbook(host.connection, host.script, deadline=180, on_step=lambda _: None)
    assert host.sh("test -s /etc/ssl/certs/ca-certificates.crt && echo yes") == "yes\n"


def test_the_host_key_is_replaced_step_by_step(host: Host) -> None:
    """Each state of `rotation.py`, each step twice."""
    old = host.boot_key.pin
    staged = stage_host_key(host.connection)
    assert stage_host_key(host.connection) == staged
    new = fingerprint(staged)
    assert new != old
    host.open(old).close()  # B: still the old one

    host.sh(f"rm -f {KEY}.pub; mv {STAGED} {KEY}", sudo=True)  # C, cut off in the middle
    assert stage_host_key(host.connection) == staged

    assert install_staged_host_key(host.connection) == staged
    with host.open(new) as fresh:  # D
        assert fingerprint(fresh.host_key) == new
        assert install_staged_host_key(fresh) == staged
    with pytest.raises(HostKeyMismatch):
        host.open(old)
    assert host.sh("true") == ""  # the session that stood before still stands
    names = host.sh("ls /etc/ssh | grep -E 'ssh_host|longshore'")
    assert names == "ssh_host_ed25519_key\nssh_host_ed25519_key.pub\n"
    assert host.sh(f"stat -c '%a %U' {KEY} {KEY}.pub") == "600 root\n644 root\n"

    offered = host.sh("ssh-keyscan 127.0.0.1 2>/dev/null | grep -v '^#' | cut -d ' ' -f 2")
    assert offered.split() == ["ssh-ed25519"]
    with host.open(new) as fresh:
        second = stage_host_key(fresh)
        assert fingerprint(second) != new  # D again: a later rotation makes another key
        assert install_staged_host_key(fresh) == second
    host.open(fingerprint(second)).close()


def test_the_new_key_never_passed_through_user_data(host: Host) -> None:
    private = host.sh(f"cat {KEY}", sudo=True)
    assert "OPENSSH PRIVATE KEY" in private
    assert private.strip() != host.boot_key.private_openssh.strip()
