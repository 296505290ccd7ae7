"""The peer of `lifecycle`: the clouds' own command lines, as a shell script would use them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.commands import BenchmarkFailed
from benchmarks.lifecycle import Life
from benchmarks.traffic import Traffic
from providers.sandbox.azure_environment import az_environment

DEADLINE = 300.0
BANNER = b"SSH-2.0"


class CommandLine:
    """One cloud's command line. A machine counts as there when its SSH server has sent its
    banner: less than ours asks for, since no key is verified and nobody signs in."""

    name = ""

    def __init__(self, environment: Mapping[str, str], traffic: Traffic) -> None:
        self._environment = dict(environment)
        self._traffic = traffic
        self._prefix = f"b{uuid.uuid4().hex[:8]}"

    @property
    def program(self) -> str | None:
        """Where the command is; None where it is not installed."""
        return shutil.which(self.name, path=self._environment.get("PATH"))

    def prepare(self) -> None:
        """What has to stand before the time begins."""

    def create(self, count: int) -> Sequence[str]:
        """Make the machines and return their addresses once they run."""
        raise NotImplementedError

    def delete(self) -> None:
        """Remove the machines, and return when they are gone."""
        raise NotImplementedError

    def clear(self) -> None:
        """Take away what `prepare` made."""

    def round(self, count: int) -> Life:
        """From the first call to the last banner, and from there until all are gone."""
        self.prepare()
        self._traffic.begin()
        try:
            began = time.perf_counter()
            addresses = self.create(count)
            with ThreadPoolExecutor(count) as pool:
                list(pool.map(_wait_for_banner, addresses))
            to_ssh = time.perf_counter() - began
            create = self._traffic.calls()
            self._traffic.begin()
            began = time.perf_counter()
            self.delete()
            to_gone = time.perf_counter() - began
            return Life(to_ssh, to_gone, create, self._traffic.calls())
        finally:
            self.clear()

    def run(self, *arguments: str) -> Any:
        """Run the command and read its JSON. Raises BenchmarkFailed when it fails."""
        done = subprocess.run(
            [self.program or self.name, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        if done.returncode != 0:
            raise BenchmarkFailed(f"{self.name} {' '.join(arguments)}: {done.stderr[-2000:]}")
        return json.loads(done.stdout) if done.stdout.strip() else None


class Aws(CommandLine):
    """`aws ec2`, polling instead of `aws ec2 wait`, which looks every 15 seconds only."""

    name = "aws"

    def prepare(self) -> None:
        parameter = "/aws/service/debian/release/12/latest/amd64"
        found = self.run("ssm", "get-parameter", "--name", parameter, "--output", "json")
        self._image = found["Parameter"]["Value"]
        made = self._ec2(
            "create-security-group", "--group-name", self._prefix, "--description", "b"
        )
        self._group = made["GroupId"]
        everyone = ("--protocol", "tcp", "--port", "22", "--cidr", "0.0.0.0/0")
        self._ec2("authorize-security-group-ingress", "--group-id", self._group, *everyone)
        self._ids: list[str] = []

    def create(self, count: int) -> Sequence[str]:
        like = ("--image-id", self._image, "--instance-type", "t3.medium")
        many = ("--count", str(count), "--security-group-ids", self._group)
        made = self._ec2("run-instances", *like, *many)
        self._ids = [instance["InstanceId"] for instance in made["Instances"]]
        while True:
            found = self._describe()
            if all(one["State"]["Name"] == "running" for one in found):
                return [one["PublicIpAddress"] for one in found]

    def delete(self) -> None:
        self._ec2("terminate-instances", "--instance-ids", *self._ids)
        while any(one["State"]["Name"] != "terminated" for one in self._describe()):
            pass

    def clear(self) -> None:
        self._ec2("delete-security-group", "--group-id", self._group)

    def _describe(self) -> list[dict[str, Any]]:
        found = self._ec2("describe-instances", "--instance-ids", *self._ids)
        return [one for each in found["Reservations"] for one in each["Instances"]]

    def _ec2(self, *arguments: str) -> Any:
        return self.run("ec2", *arguments, "--output", "json")


class Gcloud(CommandLine):
    """`gcloud compute`, all machines in one command; it waits for the operations itself."""

    name = "gcloud"
    zone = "europe-west1-b"

    def create(self, count: int) -> Sequence[str]:
        self._names = [f"{self._prefix}-{number}" for number in range(count)]
        image = ("--image-family", "debian-12", "--image-project", "debian-cloud")
        like = ("--machine-type", "e2-medium", *image)
        made = self.run(*self._instances("create"), *like, "--format", "json")
        return [one["networkInterfaces"][0]["accessConfigs"][0]["natIP"] for one in made]

    def delete(self) -> None:
        self.run(*self._instances("delete"), "--quiet")

    def _instances(self, verb: str) -> tuple[str, ...]:
        return ("compute", "instances", verb, *self._names, "--zone", self.zone)


class Az(CommandLine):
    """`az vm create`, a command a machine side by side, in a resource group of its own, which
    goes as a whole. Signed in before the time begins. Found by LONGSHORE_AZ or on PATH, since it
    is not installed beside the SDKs, whose versions it would change."""

    name = "az"
    location = "southeastasia"
    cloud = "LongshoreBenchmark"

    def __init__(self, environment: Mapping[str, str], traffic: Traffic) -> None:
        super().__init__(az_environment(dict(environment)), traffic)
        self._signed_in = False

    @property
    def program(self) -> str | None:
        return os.environ.get("LONGSHORE_AZ") or super().program

    def prepare(self) -> None:
        if not self._signed_in:
            endpoint = self._environment["LONGSHORE_AZURE_ENDPOINT"]
            at = ("--endpoint-resource-manager", endpoint)
            self.run("cloud", "register", "--name", self.cloud, *at)
            self.run("cloud", "set", "--name", self.cloud)
            self.run("login", "--identity")
            self._signed_in = True
        self.run("group", "create", "--name", self._prefix, "--location", self.location)

    def create(self, count: int) -> Sequence[str]:
        with ThreadPoolExecutor(count) as pool:
            made = pool.map(self._vm, range(count))
            return [one["publicIpAddress"] for one in made]

    def delete(self) -> None:
        self.run("group", "delete", "--name", self._prefix, "--yes")

    def _vm(self, number: int) -> Any:
        where = ("--resource-group", self._prefix, "--location", self.location)
        like = ("--image", "Debian:debian-12:12-gen2:latest", "--size", "Standard_B2s_v2")
        login = ("--admin-username", "someone", "--generate-ssh-keys")
        return self.run("vm", "create", "--name", f"vm-{number}", *where, *like, *login)


PEERS: Mapping[str, type[CommandLine]] = {"aws": Aws, "gcp": Gcloud, "azure": Az}


def _wait_for_banner(address: str) -> None:
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        try:
            with socket.create_connection((address, 22), timeout=2) as connection:
                if connection.recv(64).startswith(BANNER):
                    return
        except OSError:
            time.sleep(0.05)
    raise BenchmarkFailed(f"no SSH server answers at {address}")
