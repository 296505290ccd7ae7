"""The way to a machine for another SSH client than ours: OpenSSH's command line."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.host_trust import algorithms
from orchestrator.spec.hosts import SSH_PORT


@dataclass(frozen=True)
class Way:
    """`host_key` is the public key line that our own connection has verified."""

    endpoint: Endpoint
    login: Login
    host_key: str
    jump: Way | None = None

    @property
    def known_hosts(self) -> str:
        """The lines of a known_hosts file for it and for what stands before it."""
        endpoint = self.endpoint
        plain = endpoint.port == SSH_PORT
        name = endpoint.address if plain else f"[{endpoint.address}]:{endpoint.port}"
        before = self.jump.known_hosts if self.jump else ""
        return f"{before}{name} {self.host_key}\n"


def client_line(client: str, known_hosts: Path, way: Way) -> list[str]:
    """`client` with every option, up to who is signed in where: the key that our own
    connection verified is the only one it may accept, at the jump host too."""
    settings = [
        f"UserKnownHostsFile={known_hosts}",
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        f"HostKeyAlgorithms={','.join(algorithms((way.host_key.split()[0],)))}",
        "UpdateHostKeys=no",
    ]
    options = ["-p", str(way.endpoint.port)]
    if way.login.key is not None:
        options += ["-i", str(way.login.key)]
        settings.append("IdentitiesOnly=yes")
    if way.jump is not None:
        settings.append(f"ProxyCommand={_through(client, known_hosts, way.jump, way.endpoint)}")
    for setting in settings:
        options += ["-o", setting]
    return [client, *options, f"{way.endpoint.user}@{way.endpoint.address}"]


def _through(client: str, known_hosts: Path, jump: Way, to: Endpoint) -> str:
    """As ProxyCommand, since ProxyJump hands none of the options on."""
    host = f"[{to.address}]" if ":" in to.address else to.address
    line = client_line(client, known_hosts, jump)
    line[-1:] = ["-W", f"{host}:{to.port}", line[-1]]
    return shlex.join(line).replace("%", "%%")
