"""A sandbox seen through the official SDK, for the tests of its machines."""

from __future__ import annotations

import io
import json
import socket
import time
import urllib.request
import uuid
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
import paramiko
from botocore.config import Config
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from providers.sandbox.control import Sandbox

BOOT_DEADLINE = 90  # seconds; generous, the machines share two cores with other tests
PARAMETER = "/aws/service/debian/release/12/latest/amd64"
ARM_PARAMETER = "/aws/service/debian/release/12/latest/arm64"
Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str) -> Found:
    """Poll until `look` gives something; fails by name after BOOT_DEADLINE."""
    end = time.monotonic() + BOOT_DEADLINE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {BOOT_DEADLINE} s: {what}")


@dataclass(frozen=True)
class Keys:
    """One ed25519 pair in OpenSSH form."""

    private: str
    public: str

    @staticmethod
    def make() -> Keys:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        return Keys(private.decode(), public.decode())


class Cloud:
    """A sandbox as an API user sees it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.env = sandbox.env()
        self.ec2 = self.client("ec2")
        self.ami = self.parameter(PARAMETER)
        self.deployer = urllib.request.urlopen(self.env["LONGSHORE_ECHO_URL"]).read().decode()

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.env["AWS_ENDPOINT_URL"],
            region_name=self.env["AWS_DEFAULT_REGION"],
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def parameter(self, name: str) -> str:
        return str(self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    def group(self, *ports: int, source: str | None = None) -> str:
        vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        made = self.ec2.create_security_group(
            GroupName=f"test-{uuid.uuid4().hex[:8]}", Description="test", VpcId=vpc
        )
        for port in ports:
            self.open_port(made["GroupId"], port, source or f"{self.deployer}/32")
        return str(made["GroupId"])

    def open_port(self, group: str, port: int, source: str) -> None:
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule(port, source))

    def launch(self, group: str, user_data: str | bytes = "", **more: Any) -> dict[str, Any]:
        request: dict[str, Any] = {
            "ImageId": self.ami,
            "InstanceType": "t3.small",
            "MinCount": 1,
            "MaxCount": 1,
            "SecurityGroupIds": [group],
            "UserData": user_data,
        }
        instance: dict[str, Any] = self.ec2.run_instances(**(request | more))["Instances"][0]
        return instance

    def instance(self, instance_id: str) -> dict[str, Any]:
        found = self.ec2.describe_instances(InstanceIds=[instance_id])
        instance: dict[str, Any] = found["Reservations"][0]["Instances"][0]
        return instance

    def wait_state(self, instance_id: str, state: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            instance = self.instance(instance_id)
            return instance if instance["State"]["Name"] == state else None

        return eventually(look, f"{instance_id} is {state}")

    def terminate(self, instance_id: str) -> None:
        self.ec2.terminate_instances(InstanceIds=[instance_id])
        self.wait_state(instance_id, "terminated")

    def exchanges(self, action: str) -> list[dict[str, Any]]:
        lines = self.sandbox.exchanges.read_text().splitlines()
        return [entry for entry in map(json.loads, lines) if entry["action"] == action]


def rule(port: int, source: str) -> list[dict[str, Any]]:
    return [
        {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": source}],
        }
    ]


def is_open(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), 1):
            return True
    except OSError:
        return False


def read_host_key(address: str) -> str | None:
    """What ssh-keyscan would print: the ed25519 host key that the server really has."""
    try:
        connection = socket.create_connection((address, 22), 1)
    except OSError:
        return None
    transport = paramiko.Transport(connection)
    try:
        transport.get_security_options().key_types = ("ssh-ed25519",)
        transport.start_client(timeout=10)
        key = transport.get_remote_server_key()
        return f"{key.get_name()} {key.get_base64()}"
    except (paramiko.SSHException, EOFError, OSError):  # the service may be restarting
        return None
    finally:
        transport.close()


class Shell:
    """Commands on a machine over SSH, its host key known beforehand."""

    def __init__(self, address: str, user: str, login: Keys, host: Keys) -> None:
        self._client = paramiko.SSHClient()
        name, data = host.public.split()[:2]
        key = paramiko.PKey.from_type_string(name, b64decode(data))
        self._client.get_host_keys().add(address, name, key)
        self._client.set_missing_host_key_policy(paramiko.RejectPolicy())
        self._client.connect(
            address,
            username=user,
            pkey=paramiko.Ed25519Key.from_private_key(io.StringIO(login.private)),
            look_for_keys=False,
            allow_agent=False,
            timeout=30,
        )

    def run(self, command: str) -> tuple[int, str]:
        _, out, err = self._client.exec_command(command, timeout=180)
        text = out.read().decode() + err.read().decode()
        return out.channel.recv_exit_status(), text.strip()

    def close(self) -> None:
        self._client.close()


def cloud_config(login: Keys, host: Keys) -> str:
    private = "\n".join(f"    {line}" for line in host.private.strip().splitlines())
    return f"""\
#cloud-config
users:
- name: longshore
  shell: /bin/bash
  sudo: "ALL=(ALL) NOPASSWD:ALL"
  ssh_authorized_keys: ["{login.public}"]
ssh_keys:
  ed25519_private: |
{private}
  ed25519_public: {host.public} made-before
runcmd:
- [sh, -c, "echo written by runcmd > /run/runcmd"]
"""
