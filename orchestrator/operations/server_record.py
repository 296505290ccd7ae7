"""What is remembered of a server that something of ours is put on: the way to it."""

from __future__ import annotations

from pathlib import Path

from orchestrator.operations.context import Context
from orchestrator.spec.hosts import Host, Jump
from orchestrator.spec.model import Ssh
from orchestrator.state.servers import SavedJump, SavedServer


def remember_server(context: Context, id: str) -> None:
    """Write down how the project signs in to the server of that id, unless that is what is
    written already; a server that the project names no more is remembered as it is."""
    for target in context.project.targets:
        for host in target.hosts:
            if host.id == id:
                saved = saved_server(host, target.name, context.project.ssh)
                if context.store.servers.all().get(id) != saved:
                    context.store.servers.save(saved)


def saved_server(host: Host, target: str, ssh: Ssh) -> SavedServer:
    """As the state keeps it, with what `ssh:` of the project file says of signing in where
    the host has nothing of its own."""
    jump = host.jump
    way_in = host if host.key is not None or host.agent else ssh
    return SavedServer(
        id=host.id,
        label=host.label,
        target=target,
        address=host.address,
        port=host.port,
        user=host.user,
        key=str(way_in.key or ""),
        agent=way_in.agent,
        host_key=host.host_key,
        jump=SavedJump(
            jump.address, jump.port, jump.user, str(jump.key or ""), jump.agent, jump.host_key
        )
        if jump
        else None,
    )


def host_of(saved: SavedServer) -> Host:
    """As the project file once named it."""
    jump = saved.jump
    return Host(
        address=saved.address,
        user=saved.user,
        port=saved.port,
        name=saved.label,
        key=_path(saved.key),
        agent=saved.agent,
        host_key=saved.host_key,
        jump=Jump(jump.address, jump.user, jump.port, _path(jump.key), jump.agent, jump.host_key)
        if jump
        else None,
    )


def _path(text: str) -> Path | None:
    return Path(text) if text else None
