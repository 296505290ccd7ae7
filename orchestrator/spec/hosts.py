"""Servers that are there already, as the project file names them: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from providers.contract.types import Arch, Server

SERVERS = "servers"
"""The provider whose machines are not made but claimed."""
REGION = "hosts"
"""What stands in the place of a region for it."""
DEFAULT_USER = "root"
SSH_PORT = 22


@dataclass(frozen=True)
class Jump:
    """The SSH server in front of others. `host_key` is a fingerprint in OpenSSH's form,
    empty when none is written; with neither `key` nor `agent`, whoever signs in to the
    server behind it signs in here."""

    address: str
    user: str
    port: int = SSH_PORT
    key: Path | None = None
    agent: bool = False
    host_key: str = ""

    @property
    def label(self) -> str:
        """What tells it from other jump hosts."""
        return with_port(self.address, self.port)


@dataclass(frozen=True)
class Host:
    """One server of a target. `name` is empty when the file gives none; `os` and `arch` are
    what the file expects of it, None when it says nothing."""

    address: str
    user: str = DEFAULT_USER
    port: int = SSH_PORT
    name: str = ""
    key: Path | None = None
    agent: bool = False
    host_key: str = ""
    jump: Jump | None = None
    os: str | None = None
    arch: Arch | None = None

    @property
    def id(self) -> str:
        """What it is known by, whatever it is called and wherever it stands in the list."""
        return self.server("").id

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or with_port(self.address, self.port)

    def server(self, target: str) -> Server:
        """As its provider takes it."""
        via = self.jump.label if self.jump else ""
        return Server(self.label, self.address, self.port, target, via)


def with_port(address: str, port: int) -> str:
    """The address, with the port where it is not SSH's own."""
    if port == SSH_PORT:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
