"""The sandbox's Azure VMs are machines: they boot, read their custom data, obey their security
groups, and Azure's own command line can work with them."""

from __future__ import annotations

import base64
import json
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from providers.sandbox.control import Sandbox
from providers.sandbox.rest.recorder import RECORD_VARIABLE
from tests.az import Az, needs_az
from tests.e2e.sandbox_cloud import Keys, Shell, cloud_config, eventually, is_open, read_host_key
from tests.homes import close, new_home
from tests.judges.allowed import not_allowed
from tests.judges.arm_models import judge
from tests.judges.traffic import read_traffic

LOCATION = "westeurope"
GROUP = "e2e"
INTERVAL = 0.2  # seconds between questions where the API does not name a time


@dataclass
class Azure:
    """A sandbox as a user of Azure's SDK sees it, signed in by the SDK's default chain."""

    sandbox: Sandbox
    login: Keys = field(default_factory=Keys.make)

    @cached_property
    def environment(self) -> dict[str, str]:
        return self.sandbox.az_env()

    @cached_property
    def deployer(self) -> str:
        with urllib.request.urlopen(self.environment["LONGSHORE_ECHO_URL"]) as answer:
            return str(answer.read().decode())

    @property
    def ca(self) -> str:
        return self.environment["LONGSHORE_AZURE_CA"]

    def client(self, kind: Any) -> Any:
        endpoint = self.environment["LONGSHORE_AZURE_ENDPOINT"]
        return kind(
            DefaultAzureCredential(),
            self.environment["AZURE_SUBSCRIPTION_ID"],
            base_url=endpoint,
            credential_scopes=[f"{endpoint}/.default"],
            connection_verify=self.ca,
            polling_interval=INTERVAL,
            retry_total=0,
        )

    @cached_property
    def compute(self) -> Any:
        return self.client(ComputeManagementClient)

    @cached_property
    def network(self) -> Any:
        return self.client(NetworkManagementClient)

    @cached_property
    def resources(self) -> Any:
        return self.client(ResourceManagementClient)

    def prepare(self) -> None:
        """Group, network and security group, as they are needed before a machine."""
        self.resources.resource_groups.create_or_update(GROUP, {"location": LOCATION})
        space = {"addressPrefixes": ["10.20.0.0/16"]}
        subnet = {"name": "s", "properties": {"addressPrefix": "10.20.0.0/24"}}
        body = {"location": LOCATION, "properties": {"addressSpace": space, "subnets": [subnet]}}
        network = self.network.virtual_networks.begin_create_or_update(GROUP, "v", body)
        group = self.network.network_security_groups.begin_create_or_update(
            GROUP, "n", {"location": LOCATION}
        )
        self.subnet, self.group = network.result().properties.subnets[0].id, group.result().id

    def rule(self, name: str, priority: int, port: int, access: str = "Allow") -> None:
        """A rule for the deployer's address; returns when it is in force."""
        properties = {
            "protocol": "Tcp",
            "sourcePortRange": "*",
            "destinationPortRange": str(port),
            "sourceAddressPrefix": f"{self.deployer}/32",
            "destinationAddressPrefix": "*",
            "access": access,
            "priority": priority,
            "direction": "Inbound",
        }
        self.network.security_rules.begin_create_or_update(
            GROUP, "n", name, {"properties": properties}
        ).result()

    def drop_rule(self, name: str) -> None:
        self.network.security_rules.begin_delete(GROUP, "n", name).result()

    def create(self, name: str, custom_data: str, sku: str = "12-gen2") -> Any:
        """A machine with address, interface and disk that go with it."""
        address = {
            "name": f"{name}-ip",
            "sku": {"name": "Standard"},
            "properties": {"deleteOption": "Delete", "publicIPAllocationMethod": "Static"},
        }
        configuration = {"subnet": {"id": self.subnet}, "publicIPAddressConfiguration": address}
        interface = {
            "name": f"{name}-nic",
            "properties": {
                "primary": True,
                "deleteOption": "Delete",
                "networkSecurityGroup": {"id": self.group},
                "ipConfigurations": [{"name": "p", "properties": configuration}],
            },
        }
        image = {"publisher": "Debian", "offer": f"debian-{sku[:2]}", "sku": sku}
        properties = {
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "imageReference": {**image, "version": "latest"},
                "osDisk": {"createOption": "FromImage", "deleteOption": "Delete"},
            },
            "osProfile": {
                "computerName": name,
                "adminUsername": "longshore",
                "customData": base64.b64encode(custom_data.encode()).decode(),
                "linuxConfiguration": {
                    "disablePasswordAuthentication": True,
                    "ssh": {
                        "publicKeys": [
                            {
                                "path": "/home/longshore/.ssh/authorized_keys",
                                "keyData": self.login.public,
                            }
                        ]
                    },
                },
            },
            "networkProfile": {
                "networkApiVersion": "2022-11-01",
                "networkInterfaceConfigurations": [interface],
            },
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        }
        body = {
            "location": LOCATION,
            "zones": ["1"],
            "tags": {"app": "shop"},
            "properties": properties,
        }
        return self.compute.virtual_machines.begin_create_or_update(GROUP, name, body).result()

    def address(self, name: str) -> str:
        return str(self.network.public_ip_addresses.get(GROUP, f"{name}-ip").properties.ip_address)

    def power(self, name: str) -> str:
        view = self.compute.virtual_machines.instance_view(GROUP, name)
        return str(view.statuses[-1].code)


@pytest.fixture(scope="module")
def azure() -> Iterator[Azure]:
    """At the end, the judge looks at all that was exchanged."""
    home = new_home()
    sandbox = Sandbox(home / "sandbox")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(RECORD_VARIABLE, "1")
        sandbox.up()
        for name in [name for name in os.environ if name.startswith(("AZURE_", "IDENTITY_"))]:
            environment.delenv(name)
        for name, value in sandbox.env().items():
            environment.setenv(name, value)
        try:
            azure = Azure(sandbox)
            azure.prepare()
            yield azure
            traffic = list(read_traffic(sandbox.traffic, "arm"))
            assert len(traffic) > 20
            found = (one for exchange in traffic for one in judge(exchange))
            assert not_allowed(found) == []
        finally:
            close(sandbox, home)


def test_a_machine_from_custom_data(azure: Azure) -> None:
    """Host key and script from custom data; security rules; deallocate and start; power-off
    from inside; console; removal with everything that belongs to it."""
    host = Keys.make()
    azure.rule("ssh", 100, 22)
    machine = azure.create("one", cloud_config(azure.login, host))
    assert machine.properties.provisioning_state == "Succeeded"
    address = azure.address("one")
    assert eventually(lambda: read_host_key(address), "sshd answers") == host.public
    shell = Shell(address, "longshore", azure.login, host)
    try:
        assert shell.run("cloud-init status --wait")[1].splitlines()[-1] == "status: done"
        assert shell.run("cat /run/runcmd") == (0, "written by runcmd")
        assert shell.run("hostname") == (0, "one")
        assert shell.run(". /etc/os-release && echo $VERSION_ID") == (0, "12")
        shell.run("sudo systemd-run python3 -m http.server 8000")
        listening = "sudo ss -tln | grep -q :8000"
        eventually(lambda: shell.run(listening)[0] == 0, "something listens on port 8000 inside")

        assert not is_open(address, 8000)
        azure.rule("web", 200, 8000)
        assert is_open(address, 8000)
        azure.rule("no-web", 150, 8000, "Deny")
        assert not is_open(address, 8000)
        azure.drop_rule("no-web")
        assert is_open(address, 8000)
        azure.drop_rule("web")
        assert not is_open(address, 8000)

        tagged = azure.resources.resources.list(filter="tagName eq 'app' and tagValue eq 'shop'")
        # The disk takes the machine's tags as they are when it is made.
        assert sorted(one.type for one in tagged) == [
            "Microsoft.Compute/disks",
            "Microsoft.Compute/virtualMachines",
        ]
        link = azure.compute.virtual_machines.retrieve_boot_diagnostics_data(GROUP, "one")
        console = requests.get(link.serial_console_log_blob_uri, verify=azure.ca, timeout=30)
        assert "systemd" in console.text

        shell.run("sudo systemctl poweroff")
    finally:
        shell.close()
    eventually(lambda: azure.power("one") == "PowerState/stopped", "the machine is stopped")
    azure.compute.virtual_machines.begin_deallocate(GROUP, "one").result()
    assert azure.power("one") == "PowerState/deallocated"
    azure.compute.virtual_machines.begin_start(GROUP, "one").result()
    assert azure.address("one") == address
    assert eventually(lambda: read_host_key(address), "sshd answers again") == host.public
    azure.compute.virtual_machines.begin_delete(GROUP, "one").result()
    with pytest.raises(ResourceNotFoundError):
        azure.compute.virtual_machines.get(GROUP, "one")
    left = [one.name for one in azure.resources.resources.list_by_resource_group(GROUP)]
    assert sorted(left) == ["n", "v"]


def test_faults_strike_and_leave_what_azure_leaves(azure: Azure) -> None:
    azure.sandbox.inject_faults(
        [
            {
                "action": "virtualMachines.createOrUpdate",
                "when": "operation",
                "code": "ZonalAllocationFailed",
                "message": "Allocation failed.",
                "service": "arm",
                "zone": "1",
            }
        ]
    )
    with pytest.raises(HttpResponseError) as caught:
        azure.create("two", "#cloud-config\n")
    assert (caught.value.status_code, caught.value.error.code) == (200, "ZonalAllocationFailed")
    failed = azure.compute.virtual_machines.get(GROUP, "two")
    assert failed.properties.provisioning_state == "Failed"
    azure.compute.virtual_machines.begin_delete(GROUP, "two").result()
    left = [one.name for one in azure.resources.resources.list_by_resource_group(GROUP)]
    assert sorted(left) == ["n", "v"]


def test_secrets_are_private(azure: Azure) -> None:
    home = azure.sandbox.home
    for name in ("azure.json", "ca-key.pem", "server.pem"):
        assert (home / name).stat().st_mode & 0o077 == 0
    recorded = azure.sandbox.traffic.read_text() + azure.sandbox.exchanges.read_text()
    assert "#cloud-config" not in recorded
    assert base64.b64encode(b"#cloud-config\nusers").decode() not in recorded


@needs_az
def test_az_works_with_the_sandbox(azure: Azure, tmp_path: Path) -> None:
    """Create, list, show and delete of every kind; a machine of az's own boots."""
    az = Az(azure.environment)
    az.sign_in()
    group = ("--resource-group", "az")
    az("group", "create", "--name", "az", "--location", LOCATION, "--tags", "app=az")
    assert az.names("group", "list") == ["az", GROUP]
    assert az("group", "show", "--name", "az")["tags"] == {"app": "az"}

    az("network", "vnet", "create", *group, "--name", "net", "--subnet-name", "one")
    subnet = ("network", "vnet", "subnet")
    of_net = (*group, "--vnet-name", "net")
    az(*subnet, "create", *of_net, "--name", "two", "--address-prefixes", "10.0.9.0/24")
    assert az.names(*subnet, "list", *of_net) == ["one", "two"]
    az(*subnet, "delete", *of_net, "--name", "two")
    az("network", "nsg", "create", *group, "--name", "sec")
    az(
        *("network", "nsg", "rule", "create", *group, "--nsg-name", "sec", "--name", "ssh"),
        *("--priority", "100", "--destination-port-ranges", "22", "--protocol", "Tcp"),
        *("--source-address-prefixes", azure.deployer),
    )
    az("network", "public-ip", "create", *group, "--name", "ip", "--sku", "Standard")
    az(
        *("network", "nic", "create", *group, "--name", "nic", "--vnet-name", "net"),
        *("--subnet", "one", "--network-security-group", "sec", "--public-ip-address", "ip"),
    )
    refused = az.run("network", "public-ip", "delete", *group, "--name", "ip")
    assert "PublicIPAddressCannotBeDeleted" in refused.stderr
    az("disk", "create", *group, "--name", "disk", "--size-gb", "4")
    assert az.names("disk", "list", *group) == ["disk"]
    az("disk", "delete", *group, "--name", "disk", "--yes")

    public = tmp_path / "key.pub"
    public.write_text(azure.login.public)
    made = az(
        *("vm", "create", *group, "--name", "own", "--image", "Debian:debian-12:12-gen2:latest"),
        *("--size", "Standard_B2s", "--nics", "nic", "--admin-username", "someone"),
        *("--ssh-key-values", str(public), "--os-disk-delete-option", "Delete"),
        *("--nic-delete-option", "nic=Delete", "--tags", "app=az"),
    )
    address = made["publicIpAddress"]
    assert made["powerState"] == "VM running"
    key = eventually(lambda: read_host_key(address), "sshd answers")
    shell = Shell(address, "someone", azure.login, Keys("", key))
    try:
        assert shell.run("sudo -n id -u") == (0, "0")
    finally:
        shell.close()
    assert az.names("vm", "list", *group) == ["own"]
    shown = az("vm", "show", *group, "--name", "own", "--show-details")
    assert shown["publicIps"] == address
    (same,) = [one for one in azure.compute.virtual_machines.list_all() if one.name == "own"]
    assert same.id == shown["id"]
    assert az.names("network", "nic", "list", *group) == ["nic"]

    kind = "Microsoft.Network/virtualNetworks"
    space = json.dumps({"addressSpace": {"addressPrefixes": ["10.7.0.0/16"]}})
    az(
        *("resource", "create", *group, "--name", "other", "--resource-type", kind),
        *("--location", LOCATION, "--properties", space),
    )
    assert az.names("resource", "list", *group, "--resource-type", kind) == ["net", "other"]
    assert "own" in az.names("resource", "list", "--tag", "app=az")
    assert az("resource", "show", "--ids", shown["id"])["tags"] == {"app": "az"}
    az("resource", "delete", *group, "--name", "other", "--resource-type", kind)

    az("vm", "delete", *group, "--name", "own", "--yes")
    assert az.names("resource", "list", *group) == ["ip", "net", "sec"]
    az("group", "delete", "--name", "az", "--yes")
    assert az.names("group", "list") == [GROUP]
