"""Machines of the sandbox without a cloud in front of them: a fleet in this process."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import docker

from providers.sandbox.firewall import Ingress
from providers.sandbox.fleet import Fleet
from providers.sandbox.home import Home
from providers.sandbox.machine import Machine, Seed
from providers.sandbox.network import ensure_network
from providers.sandbox.prerequisites import connect_engine
from providers.sandbox.sweep import sweep_machines, sweep_networks
from providers.sandbox.systems import Channel

BOOT_DEADLINE = 300.0
"""Seconds; the machine's image may have to be built first."""


class Everything:
    """A register that lets all traffic in."""

    def rules(self, instance_id: str) -> frozenset[Ingress]:
        return frozenset({Ingress("-1", 0, 65535, "0.0.0.0/0")})

    def expects_running(self, instance_id: str) -> bool:
        return True

    def halted(self, instance_id: str) -> None:
        pass


@dataclass
class Guests:
    """Boots machines by system and channel, and looks into them as root."""

    fleet: Fleet
    home: Home
    client: docker.APIClient
    lines: list[str] = field(default_factory=list)

    def boot(
        self,
        system: str,
        channel: Channel,
        *,
        hostname: str = "us-1",
        user_data: bytes = b"",
        metadata: Mapping[str, str] | None = None,
        baked: bool = False,
    ) -> tuple[str, str]:
        """A machine that is up: its name and its address."""
        name, address = f"t-{uuid.uuid4().hex[:8]}", self.fleet.pool.take()
        self.fleet.images.baked = baked
        image = self.fleet.images.reference(system, channel)
        seed = Seed(hostname, "", user_data, metadata)
        done, problems = threading.Event(), []

        def up(problem: str) -> None:
            problems.append(problem)
            done.set()

        self.fleet.boot(name, address, seed, up, register=Everything(), image=image)
        assert done.wait(BOOT_DEADLINE), f"{name} boots"
        assert problems == [""]
        return name, address

    def reboot(self, name: str) -> None:
        done = threading.Event()
        self.fleet.reboot(name, lambda _: done.set())
        assert done.wait(BOOT_DEADLINE), f"{name} boots again"

    def sh(self, name: str, script: str) -> str:
        """Run a script in the machine's container, beside SSH; its output."""
        container = Machine(self.home.sandbox_id(), name).container
        job = self.client.exec_create(container, ["sh", "-c", script])["Id"]
        output: str = self.client.exec_start(job).decode(errors="replace")
        status = self.client.exec_inspect(job)["ExitCode"]
        assert status == 0, f"{script}: status {status}: {output}"
        return output


@contextmanager
def guests(folder: Path) -> Iterator[Guests]:
    """A fleet whose home is `folder`; it leaves nothing in Docker."""
    home = Home(folder)
    home.make()
    client = connect_engine()
    lines: list[str] = []
    fleet = Fleet(client, home, ensure_network(client, home.sandbox_id()), "", lines.append)
    try:
        yield Guests(fleet, home, client, lines)
    finally:
        sweep_machines(client, home, lines.append)
        sweep_networks(client, home)
