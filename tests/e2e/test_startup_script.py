"""From a machine without cloud-init to a Docker host: startup script, published key, playbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.machines.command import Command
from orchestrator.machines.endpoint import Login
from orchestrator.machines.families import family_of_target
from orchestrator.machines.hostkeys import fingerprint
from orchestrator.machines.keys import authorized_key
from orchestrator.machines.playbook import load_playbook, render_script
from orchestrator.machines.startup import STAMP, render_startup_script
from orchestrator.operations.context import Context
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.install_engine import InstallEngine, is_outside_the_group
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.trust_machine import TrustMachine
from orchestrator.reporting.sink import Recorder
from orchestrator.state.store import Store
from providers.contract.types import TAG_HOST_KEY, TAG_TRUST, CloudMachine, Owner
from tests.e2e.sandbox_cloud import eventually
from tests.e2e.ssh_server import make_key
from tests.guests import Guests, guests


@dataclass
class Cloud:
    """The one machine, as Compute Engine's API would show it."""

    machines: Guests
    machine: CloudMachine

    def get(self, name: str, region: str) -> Cloud:
        return self

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        found = self.machines.fleet.attributes(machine.id)
        return [f"{key.removeprefix('hostkeys/')} {value}" for key, value in found.items()]

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        self.machine = replace(
            self.machine, tags={key: value for key, value in tags.items() if value}
        )

    def console_output(self, machine: CloudMachine) -> str:
        return self.machines.fleet.console(machine.id).decode()


@dataclass
class Host:
    cloud: Cloud
    context: Context
    script: bytes

    @property
    def name(self) -> str:
        return self.cloud.machine.id

    def sh(self, script: str) -> str:
        connection = self.context.fleet.connection("us-1")
        return connection.run(Command(("sh", "-c", script))).check().text


@pytest.fixture(scope="module", params=["debian-12", "debian-13"])
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """A machine of which its cloud and its agent alone know anything yet."""
    folder: Path = tmp_path_factory.mktemp("startup")
    login = Login(make_key(folder / "key"))
    public = authorized_key(login)
    playbook = render_script(load_playbook("docker"), family_of_target(request.param))
    script = render_startup_script("shop-us-1", "longshore", public, playbook)
    metadata = {
        "enable-guest-attributes": "TRUE",
        "hostname": "us-1-0123.us-central1-a.c.shop.internal",
        # The adapter names the user there too: the agent makes it, without the docker group.
        "ssh-keys": f"longshore:{public}",
        "startup-script": script.decode(),
    }
    recorder, cancel = Recorder(), Cancellation()
    with guests(folder / "home") as machines, Store(folder, "production") as store:
        name, address = machines.boot(
            request.param, "guest-agent", hostname="us-1-0123", metadata=metadata
        )
        machine = CloudMachine(
            id=name,
            name="us-1",
            target="us",
            provider="gcp",
            region="us-central1",
            zone="us-central1-a",
            type="e2-small",
            state="running",
            address=address,
            private_address=address,
            token="us-1-0123",
            created="",
            tags={TAG_TRUST: "initial"},
        )
        cloud = Cloud(machines, machine)
        context = Context(
            project=cast("Any", None),
            owner=Owner("shop", "production"),
            store=store,
            sink=recorder,
            cancel=cancel,
            providers=cast("Any", cloud),
            fleet=Fleet(login, cancel, recorder),
            local=cast("Any", None),
            release="r1",
        )
        record_machine(context, machine)
        yield Host(cloud, context, script)
        context.fleet.close()


def test_it_is_trusted_by_the_key_it_published(host: Host) -> None:
    assert TrustMachine(name="us-1", target="us", new=True).apply(host.context)
    shown = host.sh("ssh-keygen -y -P '' -f /etc/ssh/ssh_host_ed25519_key 2>/dev/null; id -un")
    assert shown == "longshore\n"
    record = host.context.store.machines.all()["us-1"]
    assert record.rotated
    assert host.cloud.machine.tags == {TAG_HOST_KEY: record.pin, TAG_TRUST: "rotated"}
    assert fingerprint(record.host_key) == record.pin


def test_the_engine_is_installed_and_the_login_may_use_it(host: Host) -> None:
    install = InstallEngine(name="us-1", target="us", os="debian-12", new=True)
    assert install.apply(host.context)
    assert not is_outside_the_group(host.context.fleet.connection("us-1"))
    assert "Server Version" in host.sh("docker info")
    assert host.sh("sudo -n id -un") == "root\n"
    assert host.sh("hostname") == "shop-us-1\n"


def test_the_ssh_server_takes_keys_only(host: Host) -> None:
    settings = host.sh("sudo -n /usr/sbin/sshd -T").splitlines()
    assert {"passwordauthentication no", "permitrootlogin no"} <= set(settings)
    assert [line for line in settings if line.startswith("hostkey ")] == [
        "hostkey /etc/ssh/ssh_host_ed25519_key"
    ]


def test_a_second_boot_finds_it_done(host: Host) -> None:
    machines, name = host.cloud.machines, host.name
    ended = "systemctl show -p ActiveState --value longshore-startup-script 2>&1 || true"
    eventually(lambda: machines.sh(name, ended).strip() == "active", "the first run ended")
    look = f"stat -c %Y {STAMP} /var/lib/longshore/docker.done /home/longshore/.ssh"
    before = machines.sh(name, look)
    keys = machines.sh(name, "cat /home/longshore/.ssh/authorized_keys")
    machines.reboot(name)
    eventually(lambda: machines.sh(name, ended).strip() == "active", "the second run ended")
    assert machines.sh(name, look).splitlines()[:2] == before.splitlines()[:2]
    assert machines.sh(name, "cat /home/longshore/.ssh/authorized_keys") == keys
    assert machines.sh(name, "hostname") == "shop-us-1\n"
    running = "systemctl is-system-running --wait || true"
    assert machines.sh(name, running).strip() == "running"
    record = host.context.store.machines.all()["us-1"]
    with host.context.fleet.dial("us-1", record.address, record.pins, deadline=60) as fresh:
        assert "docker" in fresh.run(Command(("id", "-Gn"))).check().text.split()


def test_nothing_secret_passed_through_the_metadata(host: Host) -> None:
    assert b"PRIVATE KEY" not in host.script
