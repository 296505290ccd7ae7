"""What leads to servers that are there already: those that the project names, and those
that something of ours was put on and that it names no more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.app.server_keys import ServerKeys
from orchestrator.app.server_shell import ServerShell
from orchestrator.cancellation import Cancellation
from orchestrator.machines.doors import Door
from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.server_record import host_of
from orchestrator.reporting.sink import Sink
from orchestrator.spec.hosts import SERVERS, Host, Jump
from orchestrator.spec.model import Project, Ssh
from orchestrator.state.machines import MachineRecord
from orchestrator.state.store import Store
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    TAG_TRUST,
    Owner,
    ProviderSettings,
    Server,
)

IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa")
"""The user's own keys, in the order in which ssh would offer them."""


@dataclass(frozen=True)
class KnownServers:
    """The project's servers first, then those that are only remembered: `left` has their ids."""

    servers: tuple[Server, ...]
    doors: Mapping[str, Door]
    left: frozenset[str] = frozenset()

    def settings(
        self, written: tuple[ProviderSettings, ...], fleet: Fleet, sink: Sink
    ) -> tuple[ProviderSettings, ...]:
        """The providers' settings as written, with these servers and shells on them."""
        if not self.servers:
            return written

        def shell(server: Server) -> ServerShell:
            return ServerShell(fleet, server, sink if server.id in self.left else None)

        own = next((each for each in written if each.name == SERVERS), ProviderSettings(SERVERS))
        complete = replace(own, servers=self.servers, shell=shell)
        return (*(each for each in written if each.name != SERVERS), complete)


def known_servers(
    project: Project, store: Store, keys: ServerKeys, environ: Mapping[str, str]
) -> KnownServers:
    """Every server that this environment has anything to do with. Reads no network."""
    owner = Owner(project.name, project.environment)
    login = own_login(project.ssh, environ)
    records = {
        record.id: record for record in store.machines.all().values() if record.provider == SERVERS
    }
    hosts = [(host, target.name) for target in project.targets for host in target.hosts]
    named = {host.id for host, _ in hosts}
    hosts += [
        (host_of(saved), saved.target)
        for id, saved in store.servers.all().items()
        if id not in named
    ]
    servers = tuple(
        replace(server, remembered=_remembered(records.get(server.id), owner))
        if server.id in named or server.id in records
        else replace(server, remembered=_unseen(server, owner))
        for server in (host.server(target) for host, target in _with_own_labels(hosts))
    )
    doors = {host.id: door_of(host, login, keys) for host, _ in hosts}
    left = frozenset(server.id for server in servers if server.id not in named)
    return KnownServers(servers, doors, left)


@contextmanager
def servers_at_hand(
    project: Project, directory: Path, sink: Sink, cancel: Cancellation
) -> Iterator[tuple[ProviderSettings, ...]]:
    """The providers' settings with whatever servers there are, for a look that changes
    nothing and asks nobody: a host key that is not known stays so. Raises StateError."""
    with ExitStack() as stack:
        store = stack.enter_context(Store(directory, project.environment, create=False))
        keys = ServerKeys(store.host_keys, os.environ, None, sink, remembers=False)
        known = known_servers(project, store, keys, os.environ)
        if not known.servers:
            yield project.providers
            return
        fleet = Fleet(own_login(project.ssh, os.environ), cancel, sink, known.doors)
        stack.callback(fleet.close)
        fleet.prepare()
        yield known.settings(project.providers, fleet, sink)


def own_login(ssh: Ssh, environ: Mapping[str, str]) -> Login:
    """How the user signs in to servers: as `ssh:` of the project file says, else with their
    own key, or the agent's copy of it where it has a passphrase, else with the agent's."""
    if ssh.key is not None or ssh.agent:
        return Login(key=ssh.key, agent=ssh.agent)
    folder = (Path(environ["HOME"]) if environ.get("HOME") else Path.home()) / ".ssh"
    key = next((folder / name for name in IDENTITIES if (folder / name).is_file()), None)
    return Login(key=key, agent=True)


def door_of(host: Host, login: Login, keys: ServerKeys) -> Door:
    """The way to a server: `login` where it names none of its own."""
    own = _login_of(host, login)
    return Door(
        Endpoint(host.address, host.port, host.user, host.label),
        own,
        keys.trusting(host.id, host.host_key),
        _jump_door(host.jump, own, keys) if host.jump else None,
    )


def _jump_door(jump: Jump, login: Login, keys: ServerKeys) -> Door:
    id = Host(jump.address, port=jump.port).id
    return Door(
        Endpoint(jump.address, jump.port, jump.user, jump.label),
        _login_of(jump, login),
        keys.trusting(id, jump.host_key),
    )


def _login_of(server: Host | Jump, login: Login) -> Login:
    if server.key is not None or server.agent:
        return Login(key=server.key, agent=server.agent)
    return login


def _with_own_labels(hosts: Iterable[tuple[Host, str]]) -> Iterable[tuple[Host, str]]:
    """A remembered server may be called as one that is named now: then by its address."""
    taken: set[str] = set()
    for host, target in hosts:
        free = host.label not in taken
        taken.add(host.label)
        yield (host if free else replace(host, name="")), target


def _unseen(server: Server, owner: Owner) -> dict[str, str]:
    """For a server that has left the project, and that a run was cut off at before it saw our
    claim there: whether there is one nobody knows, so it counts until the server answers."""
    return {**owner.tags, TAG_TARGET: server.target, TAG_MACHINE: server.name}


def _remembered(record: MachineRecord | None, owner: Owner) -> dict[str, str]:
    """The tags of our claim, as far as they are remembered."""
    if record is None:
        return {}
    return {
        **owner.tags,
        TAG_TARGET: record.target,
        TAG_MACHINE: record.name,
        TAG_TOKEN: record.token,
        TAG_TRUST: "rotated",
    }
