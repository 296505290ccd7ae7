"""The sandbox's Compute Engine instances are machines: they boot, hear their metadata, publish
their host keys, and their firewall rules are in force."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1
from google.oauth2 import service_account

from providers.sandbox.control import Sandbox
from providers.sandbox.rest.recorder import RECORD_VARIABLE
from tests.e2e.sandbox_cloud import Keys, Shell, cloud_config, eventually, is_open, read_host_key
from tests.gcloud import Gcloud, needs_gcloud
from tests.homes import close, new_home
from tests.judges.allowed import not_allowed
from tests.judges.discovery import compute
from tests.judges.traffic import read_traffic
from tests.rehearsal import command

ZONE = "us-central1-a"
STARTUP = """\
#!/bin/sh
echo "started $(hostname)" > /run/startup
systemd-run /usr/sbin/sshd -D -p 8000
echo "the startup script was here" > /dev/console
"""


@dataclass
class Google:
    """A sandbox as a user of Google's SDK sees it."""

    sandbox: Sandbox
    login: Keys = field(default_factory=Keys.make)

    @cached_property
    def environment(self) -> dict[str, str]:
        return self.sandbox.env()

    @cached_property
    def deployer(self) -> str:
        with urllib.request.urlopen(self.environment["LONGSHORE_ECHO_URL"]) as answer:
            return str(answer.read().decode())

    @property
    def project(self) -> str:
        return self.environment["GOOGLE_CLOUD_PROJECT"]

    @property
    def here(self) -> dict[str, str]:
        return {"project": self.project, "zone": ZONE}

    def client(self, kind: Any) -> Any:
        credentials = service_account.Credentials.from_service_account_file(
            self.environment["GOOGLE_APPLICATION_CREDENTIALS"]
        )
        endpoint = self.environment["LONGSHORE_GCP_ENDPOINT"]
        return kind(credentials=credentials, client_options={"api_endpoint": endpoint})

    @cached_property
    def instances(self) -> Any:
        return self.client(compute_v1.InstancesClient)

    @cached_property
    def firewalls(self) -> Any:
        return self.client(compute_v1.FirewallsClient)

    def finish(self, operation: Any) -> None:
        """Wait until an operation is done, and done well."""
        zonal = self.client(compute_v1.ZoneOperationsClient)
        everywhere = self.client(compute_v1.GlobalOperationsClient)
        while operation.status != compute_v1.Operation.Status.DONE:
            operation = (
                zonal.wait(**self.here, operation=operation.name)
                if operation.zone
                else everywhere.wait(project=self.project, operation=operation.name)
            )
        assert not operation.error.errors, operation.error

    def insert(self, image: str, metadata: dict[str, str], *tags: str) -> Any:
        """A running instance from an image of a public project."""
        name = f"m-{uuid.uuid4().hex[:8]}"
        boot = compute_v1.AttachedDiskInitializeParams(source_image=image, disk_size_gb=20)
        instance = compute_v1.Instance(
            name=name,
            machine_type=f"zones/{ZONE}/machineTypes/e2-small",
            tags=compute_v1.Tags(items=list(tags)),
            disks=[compute_v1.AttachedDisk(boot=True, auto_delete=True, initialize_params=boot)],
            network_interfaces=[
                compute_v1.NetworkInterface(
                    network="global/networks/default",
                    access_configs=[compute_v1.AccessConfig(type_="ONE_TO_ONE_NAT")],
                )
            ],
            metadata=compute_v1.Metadata(
                items=[compute_v1.Items(key=key, value=value) for key, value in metadata.items()]
            ),
        )
        self.finish(self.instances.insert_unary(**self.here, instance_resource=instance))
        return self.get(name)

    def get(self, name: str) -> Any:
        return self.instances.get(**self.here, instance=name)

    def delete(self, name: str) -> None:
        self.finish(self.instances.delete_unary(**self.here, instance=name))

    def host_key(self, name: str) -> str | None:
        """The host key that the machine published for the API's readers."""
        asked = compute_v1.GetGuestAttributesInstanceRequest(
            **self.here, instance=name, query_path="hostkeys/"
        )
        try:
            found = self.instances.get_guest_attributes(request=asked)
        except exceptions.NotFound:
            return None
        keys = {item.key: item.value for item in found.query_value.items}
        return f"ssh-ed25519 {keys['ssh-ed25519']}" if "ssh-ed25519" in keys else None

    def allow(self, name: str, port: int, priority: int, source: str, *, deny: bool = False) -> str:
        """A firewall rule for machines with the tag `web`; returns when it is in force."""
        traffic = {"I_p_protocol": "tcp", "ports": [str(port)]}
        rule = compute_v1.Firewall(
            name=f"{name}-{uuid.uuid4().hex[:8]}",
            priority=priority,
            target_tags=["web"],
            source_ranges=[source],
            allowed=[] if deny else [compute_v1.Allowed(**traffic)],
            denied=[compute_v1.Denied(**traffic)] if deny else [],
        )
        self.finish(self.firewalls.insert_unary(project=self.project, firewall_resource=rule))
        return str(rule.name)

    def drop(self, rule: str) -> None:
        self.finish(self.firewalls.delete_unary(project=self.project, firewall=rule))


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    """At the end, the judge looks at all that was exchanged."""
    home = new_home()
    sandbox = Sandbox(home / "sandbox")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(RECORD_VARIABLE, "1")
        sandbox.up()
    try:
        yield Google(sandbox)
        traffic = list(read_traffic(sandbox.traffic, "gce"))
        assert len(traffic) > 20
        found = (one for exchange in traffic for one in compute().judge(exchange))
        assert not_allowed(found) == []
    finally:
        close(sandbox, home)


def test_a_machine_without_cloud_init(google: Google) -> None:
    """Startup script, accounts and published host key; firewall; stop and start; power-off."""
    image = "projects/debian-cloud/global/images/family/debian-12"
    metadata = {
        "startup-script": STARTUP,
        "ssh-keys": f"longshore:{google.login.public} longshore",
        "enable-guest-attributes": "TRUE",
    }
    instance = google.insert(image, metadata, "web")
    name, nic = instance.name, instance.network_interfaces[0]
    address = nic.access_configs[0].nat_i_p
    assert (instance.status, nic.network_i_p) == ("RUNNING", address)

    published = eventually(lambda: google.host_key(name), "the host key is published")
    assert eventually(lambda: read_host_key(address), "sshd answers") == published
    shell = Shell(address, "longshore", google.login, Keys("", published))
    try:
        started = eventually(
            lambda: (
                shell.run("cat /run/startup")[1] if shell.run("ls /run/startup")[0] == 0 else ""
            ),
            "the startup script ran",
        )
        assert started == f"started {name}"
        assert shell.run("sudo -n id -u") == (0, "0")
        assert shell.run("command -v cloud-init")[0] != 0
        listening = "sudo ss -tln | grep -q :8000"
        eventually(lambda: shell.run(listening)[0] == 0, "something listens on port 8000 inside")
        console = google.instances.get_serial_port_output(**google.here, instance=name)
        assert "the startup script was here" in console.contents

        assert not is_open(address, 8000)
        web = google.allow("web", 8000, 900, f"{google.deployer}/32")
        assert is_open(address, 8000)
        google.drop(google.allow("no-web", 8000, 800, "0.0.0.0/0", deny=True))
        assert is_open(address, 8000)
        google.drop(web)
        assert not is_open(address, 8000)
        # What the default network lets in, a rule before it keeps out.
        closed = google.allow("no-ssh", 22, 901, "0.0.0.0/0", deny=True)
        assert not is_open(address, 22)
        google.drop(closed)
        assert is_open(address, 22)

        shell.run("sudo systemctl poweroff")
    finally:
        shell.close()
    eventually(lambda: google.get(name).status == "TERMINATED", "the instance is stopped")
    assert not google.get(name).network_interfaces[0].access_configs[0].nat_i_p
    google.finish(google.instances.start_unary(**google.here, instance=name))
    again = google.get(name)
    assert again.network_interfaces[0].access_configs[0].nat_i_p == address
    assert eventually(lambda: read_host_key(address), "sshd answers again") == published
    google.delete(name)
    with pytest.raises(exceptions.NotFound):
        google.get(name)


def test_a_machine_with_cloud_init(google: Google) -> None:
    """User data with a host key in it, as on the other clouds; gcloud sees what was made."""
    image = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"
    host = Keys.make()
    instance = google.insert(image, {"user-data": cloud_config(google.login, host)})
    address = instance.network_interfaces[0].access_configs[0].nat_i_p
    assert eventually(lambda: read_host_key(address), "sshd answers") == host.public
    shell = Shell(address, "longshore", google.login, host)
    try:
        assert shell.run("cloud-init status --wait")[1].splitlines()[-1] == "status: done"
        assert shell.run("cat /run/runcmd") == (0, "written by runcmd")
        assert shell.run("hostname")[1] == instance.name
    finally:
        shell.close()
    (logged,) = [
        line
        for line in map(json.loads, google.sandbox.exchanges.read_text().splitlines())
        if line["action"] == "instances.insert"
        and line["parameters"]["body"]["name"] == instance.name
    ]
    assert (logged["service"], logged["region"]) == ("gce", "us-central1")
    assert "PRIVATE KEY" not in google.sandbox.traffic.read_text()
    container = command(
        ["docker", "ps", "-q", "--filter", f"label=longshore.sandbox.instance=gce-{instance.id}"]
    )
    assert container.strip()
    google.delete(instance.name)


@needs_gcloud
def test_gcloud_finds_the_sandbox_by_its_environment(google: Google) -> None:
    gcloud = Gcloud(google.environment)
    assert ZONE in gcloud.names("zones", "list")
    assert gcloud("instances", "list") == []


def test_credentials_are_private(google: Google) -> None:
    file = google.environment["GOOGLE_APPLICATION_CREDENTIALS"]
    assert Path(file).stat().st_mode & 0o077 == 0
