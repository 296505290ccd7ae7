"""The ways to servers that are there already: each its own address, login and jump host.

Everything goes through sessions whose host key is verified, that of the jump host first.
Machines behind one jump host share one session to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.way import Way

# The SSH library is slow to import: whoever only lists machines does without.
if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.machines.connection import Connection
    from orchestrator.machines.dialling import Dial
    from orchestrator.machines.host_trust import HostTrust
    from orchestrator.machines.patience import ConnectRetry
    from orchestrator.machines.unixsocket import Fallback

LOOK_DEADLINE = 10.0
"""Seconds for a server to show its host key to a person."""

Look = Callable[[], str]
"""Asks the server for the key it shows; returns a public key line."""
Trusting = Callable[[Endpoint, Look], "HostTrust"]
"""Finds out which host keys a server may show; may ask a person."""


@dataclass(frozen=True)
class Door:
    """How one server is reached, and through which other one, if any."""

    endpoint: Endpoint
    login: Login
    trust: Trusting
    jump: Door | None = None

    @property
    def address(self) -> str:
        """What tells it from other doors."""
        return f"{self.endpoint.user}@{self.endpoint.address}:{self.endpoint.port}"


class Doors:
    """Opens connections by the id of a server. Usable from several threads."""

    def __init__(
        self,
        doors: Mapping[str, Door],
        cancel: Cancellation,
        on_retry: Callable[[ConnectRetry], None],
        on_fallback: Callable[[Fallback], None],
    ) -> None:
        self._doors = dict(doors)
        self._cancel = cancel
        self._on_retry = on_retry
        self._on_fallback = on_fallback
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}
        self._jumps: dict[str, Connection] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._doors

    def door(self, id: str) -> Door:
        """KeyError when there is none."""
        return self._doors[id]

    def open(
        self, id: str, name: str, *, deadline: float, cancel: Cancellation | None = None
    ) -> Connection:
        """A new connection to the server, called `name` in errors. Each of the two sessions
        of a server behind a jump host may take `deadline` seconds. Raises as
        `Connection.open`, for the jump host as well."""
        door = self._doors[id]
        named = replace(door, endpoint=replace(door.endpoint, name=name))
        return self._open(named, deadline, cancel or self._cancel)

    def way(self, id: str, connection: Connection) -> Way:
        """How another SSH client gets there, `connection` being one that stands."""
        door = self._doors[id]
        jump = None
        if door.jump is not None:
            standing = self._jump(door.jump, LOOK_DEADLINE)
            jump = Way(door.jump.endpoint, door.jump.login, standing.host_key)
        return Way(connection.endpoint, door.login, connection.host_key, jump)

    def close(self) -> None:
        """End the sessions to jump hosts; those through them end with it."""
        with self._lock:
            jumps, self._jumps = list(self._jumps.values()), {}
        for jump in jumps:
            jump.close()

    def _open(self, door: Door, deadline: float, cancel: Cancellation) -> Connection:
        from orchestrator.machines.connection import Connection
        from orchestrator.machines.dialling import look_at_host_key

        dial = self._dial(door, deadline)

        def look() -> str:
            return look_at_host_key(door.endpoint, dial, deadline=LOOK_DEADLINE, cancel=cancel)

        return Connection.open(
            door.endpoint,
            door.login,
            door.trust(door.endpoint, look),
            deadline=deadline,
            cancel=cancel,
            on_retry=self._on_retry,
            on_fallback=self._on_fallback,
            auth_patience=0.0,
            dial=dial,
        )

    def _dial(self, door: Door, deadline: float) -> Dial:
        from orchestrator.machines.dialling import dial_directly

        jump = door.jump
        if jump is None:
            return dial_directly(door.endpoint)
        endpoint = door.endpoint
        return lambda timeout, _: self._jump(jump, deadline).tunnel(
            endpoint.address, endpoint.port, timeout=timeout
        )

    def _jump(self, door: Door, deadline: float) -> Connection:
        """The one session to a jump host, opened by whoever needs it first. It ends with the
        command, not with the wait of the machine that happened to open it."""
        with self._lock:
            opening = self._opening.setdefault(door.address, threading.Lock())
        with opening:
            standing = self._jumps.get(door.address)
            if standing is None or not standing.alive:
                standing = self._open(door, deadline, self._cancel)
                with self._lock:
                    self._jumps[door.address] = standing
            return standing
