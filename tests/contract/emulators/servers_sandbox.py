"""Servers that are real machines: two of the sandbox's, reached over SSH as any other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

from orchestrator.app.server_shell import ServerShell
from orchestrator.cancellation import Cancellation
from orchestrator.machines.doors import Door, Look
from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.host_trust import HostTrust
from orchestrator.machines.hostkeys import fingerprint
from orchestrator.operations.fleet import Fleet
from orchestrator.reporting.sink import Recorder
from providers.contract.types import Server, Shell
from providers.sandbox.control import Sandbox
from tests.contract.emulators import Facts
from tests.contract.emulators.servers import Servers, facts_of, this_machine
from tests.e2e.sandbox_cloud import Cloud
from tests.homes import new_home
from tests.servers import Machine, Yard, write_key


class ServersSandbox(Servers):
    """The first one signs in as root, the second as a user with sudo."""

    facts: ClassVar[Facts] = facts_of(this_machine()[0], "debian-12")

    def __init__(self) -> None:
        self._home = new_home()
        self._sandbox = Sandbox(self._home / "sandbox")
        self._sandbox.up()
        key = write_key(self._home / "keys")
        self._yard = Yard(Cloud(self._sandbox), key)
        machines = (self._yard.start(), self._yard.start())
        super().__init__(
            tuple(
                Server(name, machine.address)
                for name, machine in zip(("one", "two"), machines, strict=True)
            )
        )
        doors = {
            server.id: _door(server, machine, user, key)
            for server, machine, user in zip(self.servers, machines, ("root", "admin"), strict=True)
        }
        self._fleet = Fleet(Login(key), Cancellation(), Recorder(), doors)
        self._fleet.prepare()

    def shell(self, server: Server) -> Shell:
        return ServerShell(self._fleet, server)

    def close(self) -> None:
        self._fleet.close()
        self._yard.close()
        self._sandbox.down()
        shutil.rmtree(self._home)


def _door(server: Server, machine: Machine, user: str, key: Path) -> Door:
    def trust(endpoint: Endpoint, look: Look) -> HostTrust:
        return HostTrust(frozenset({fingerprint(machine.host_key)}), source="the test")

    return Door(Endpoint(machine.address, 22, user, server.name), Login(key), trust)
