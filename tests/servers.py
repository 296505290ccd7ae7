"""Machines that are there already, for tests: real ones, that nobody but the test has made."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import select
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.sandbox_cloud import Cloud, Keys, eventually, read_host_key, rule
from tests.rehearsal import DEADLINE, Ran, Rehearsal, command

CLAIMS = "/var/lib/longshore/claims"


def fingerprint(line: str) -> str:
    """As `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(b64decode(line.split()[1])).digest()
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


@dataclass(frozen=True)
class Machine:
    """One server. `host_key` is the public line of its ed25519 host key."""

    instance: str
    address: str
    host_key: str
    container: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.host_key)

    def run(self, *argv: str) -> str:
        """A command on it, past SSH and past Longshore."""
        return command(["docker", "exec", self.container, *argv])

    def claims(self) -> dict[str, Any]:
        """The claims on it, by file."""
        names = self.run("sh", "-c", f"ls {CLAIMS} 2>/dev/null || :").split()
        return {name: json.loads(self.run("cat", f"{CLAIMS}/{name}")) for name in names}

    def docker(self, *argv: str) -> list[str]:
        """Lines of what its own Docker says; none where there is no Docker."""
        return self.run(
            "sh", "-c", f"! command -v docker >/dev/null || docker {' '.join(argv)}"
        ).splitlines()


@dataclass
class Yard:
    """Starts machines on a sandbox and takes them away at the end."""

    cloud: Cloud
    key: Path
    """The private key that signs in as root, as `admin` (sudo) and as `guest` (no sudo)."""
    made: list[Machine] = field(default_factory=list)

    def start(
        self, *, open_to: str | None = None, ports: tuple[int, ...] = (8080, 8081)
    ) -> Machine:
        """One machine that answers SSH; `open_to` is who may reach port 22 of it."""
        login = Keys(self.key.read_text(), self.key.with_suffix(".pub").read_text().strip())
        host = Keys.make()
        group = self.cloud.group(*ports)
        self.cloud.open_port(group, 22, open_to or f"{self.cloud.deployer}/32")
        instance = self.cloud.launch(group, _cloud_config(login, host))["InstanceId"]
        address = str(self.cloud.wait_state(instance, "running")["PrivateIpAddress"])
        container = command(
            ["docker", "ps", "-q", "--filter", f"label=longshore.sandbox.instance={instance}"]
        ).strip()
        machine = Machine(instance, address, " ".join(host.public.split()[:2]), container)
        self.made.append(machine)
        eventually(lambda: self._is_ready(machine), f"{address} is ready")
        return machine

    def open(self, machine: Machine, source: str) -> None:
        """Let somebody else reach port 22."""
        group = self.cloud.instance(machine.instance)["SecurityGroups"][0]["GroupId"]
        self.cloud.ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=rule(22, source)
        )

    def close(self) -> None:
        for machine in self.made:
            self.cloud.terminate(machine.instance)
        self.made = []

    def _is_ready(self, machine: Machine) -> bool:
        said = machine.run("sh", "-c", "cloud-init status 2>/dev/null || :")
        return "done" in said


class Office(Rehearsal):
    """A project on servers, with a home of its own."""

    yard: Yard

    def at_a_terminal(self, *arguments: str, answers: Sequence[str]) -> Ran:
        """Run `longshore ARGUMENTS` for somebody who types `answers`, one to each question.
        What the terminal showed is the errors' text."""
        ours, theirs = pty.openpty()
        process = self.start(*arguments, terminal=theirs)
        os.close(theirs)
        waiting = list(answers)
        shown, out = b"", b""
        end = time.monotonic() + DEADLINE
        assert process.stdout is not None
        streams = [ours, process.stdout.fileno()]
        while streams and time.monotonic() < end:
            for stream in select.select(streams, [], [], 0.2)[0]:
                data = _read(stream)
                if not data:
                    streams.remove(stream)
                elif stream == ours:
                    shown += data
                    if shown.rstrip().endswith((b"[yes/no]", b"[y/N]")) and waiting:
                        os.write(ours, f"{waiting.pop(0)}\n".encode())
                else:
                    out += data
        process.wait(DEADLINE)
        os.close(ours)
        return Ran(process.returncode, out.decode(), shown.decode())

    def write(self, *hosts: str, target: str = "", page: str = "hello") -> None:
        self.write_app(page=page)
        listed = "".join(f"      - {host}\n" for host in hosts)
        (self.folder / "longshore.yaml").write_text(
            f"name: {self.name}\ntargets:\n  office:\n    provider: servers\n"
            f"    hosts:\n{listed}    key: {self.yard.key}\n{target}"
        )

    def know(self, *machines: Machine) -> None:
        """Put their keys into the known_hosts of this project's user."""
        folder = self.folder.parent / ".ssh"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "known_hosts").write_text(
            "".join(f"{machine.address} {machine.host_key}\n" for machine in machines)
        )


def office(yard: Yard, folder: Path) -> Office:
    made = Office(folder / "project", yard.cloud.sandbox)
    made.yard = yard
    return made


def _read(stream: int) -> bytes:
    try:
        return os.read(stream, 65536)
    except OSError:  # what a terminal says when its other side is closed
        return b""


def write_key(folder: Path) -> Path:
    """A private key file with its `.pub`."""
    keys = Keys.make()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "server_key"
    path.write_text(keys.private)
    path.chmod(0o600)
    path.with_suffix(".pub").write_text(f"{keys.public} test\n")
    return path


def wait_until_shown(machine: Machine, line: str) -> None:
    """Until the machine shows that host key."""
    end = time.monotonic() + 30
    while read_host_key(machine.address) != line:
        assert time.monotonic() < end, "the server does not show its new key"
        time.sleep(0.1)


def _cloud_config(login: Keys, host: Keys) -> str:
    private = "\n".join(f"    {line}" for line in host.private.strip().splitlines())
    return f"""\
#cloud-config
disable_root: false
users:
- name: root
  ssh_authorized_keys: ["{login.public}"]
- name: admin
  shell: /bin/bash
  sudo: "ALL=(ALL) NOPASSWD:ALL"
  ssh_authorized_keys: ["{login.public}"]
- name: guest
  shell: /bin/bash
  ssh_authorized_keys: ["{login.public}"]
ssh_keys:
  ed25519_private: |
{private}
  ed25519_public: {host.public} made-before
"""
