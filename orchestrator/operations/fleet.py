"""One verified connection per machine, opened once and used for everything."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from orchestrator.cancellation import Cancellation
from orchestrator.reporting.events import Fallback, Retrying
from orchestrator.reporting.sink import Sink
from orchestrator.spec.ports import SSH_PORT

if TYPE_CHECKING:
    from orchestrator.engine.client import Engine
    from orchestrator.machines.connection import Connection
    from orchestrator.machines.endpoint import Login
    from orchestrator.machines.patience import ConnectRetry
    from orchestrator.machines.unixsocket import Fallback as SocketFallback

SSH_USER = "longshore"
SIGN_OF_LIFE = 10.0
"""Seconds between two events that say the same of a machine that does not answer yet."""


class Fleet:
    """The machines this run talks to: a connection per address, found by name."""

    def __init__(self, login: Login, cancel: Cancellation, sink: Sink) -> None:
        self._login = login
        self._cancel = cancel
        self._sink = sink
        self._lock = threading.Lock()
        self._connections: dict[str, Connection] = {}
        self._engines: dict[str, Engine] = {}
        self._addresses: dict[str, str] = {}
        self._waits: dict[str, tuple[str, float]] = {}

    def prepare(self) -> None:
        """Import what connecting needs, from the calling thread: imports in several threads
        at once wait for each other."""
        from orchestrator.machines.ssh_library import load_ssh_library

        load_ssh_library()

    def dial(
        self,
        name: str,
        address: str,
        pins: frozenset[str],
        *,
        deadline: float,
        booting: bool = False,
        cancel: Cancellation | None = None,
    ) -> Connection:
        """A new connection, not kept. A refused sign-in is tried again only while the
        machine is `booting`: its user may not be there yet. Raises HostKeyMismatch,
        Unreachable or AuthenticationRefused."""
        from orchestrator.machines.connection import Connection, Endpoint
        from orchestrator.machines.patience import AUTH_PATIENCE

        return Connection.open(
            Endpoint(address=address, port=SSH_PORT, user=SSH_USER, name=name),
            self._login,
            pins,
            deadline=deadline,
            cancel=cancel or self._cancel,
            on_retry=self._report_retry,
            on_fallback=self._report_fallback,
            auth_patience=AUTH_PATIENCE if booting else 0.0,
        )

    def connect(
        self,
        name: str,
        address: str,
        pins: frozenset[str],
        *,
        deadline: float,
        booting: bool = False,
        cancel: Cancellation | None = None,
    ) -> Connection:
        """The kept connection to `address`, opened within `deadline` seconds when there is
        none yet. See `dial`."""
        with self._lock:
            kept = self._connections.get(address)
        if kept is None:
            kept = self.dial(name, address, pins, deadline=deadline, booting=booting, cancel=cancel)
            self.keep(address, kept)
        return kept

    def keep(self, machine: str, connection: Connection) -> None:
        """Make `connection` the one of a machine, given by name or address; an earlier one
        is closed."""
        with self._lock:
            address = self._address(machine)
            earlier = self._connections.get(address)
            engine = self._engines.pop(address, None)
            self._connections[address] = connection
        if engine is not None:
            engine.close()
        if earlier is not None and earlier is not connection:
            earlier.close()

    def assign(self, name: str, address: str) -> None:
        """Say which machine has the name from now on. Two machines may carry one name for
        a while (a double, a move to another region); they never share a connection."""
        with self._lock:
            self._addresses[name] = address

    def connection(self, machine: str) -> Connection:
        """The kept connection of a machine, given by name or address; KeyError when none
        was opened: a mistake in the plan."""
        with self._lock:
            return self._connections[self._address(machine)]

    def engine(self, machine: str) -> Engine:
        """The Docker Engine behind the kept connection."""
        from orchestrator.engine.client import Engine

        with self._lock:
            address = self._address(machine)
            engine = self._engines.get(address)
            if engine is None:
                connection = self._connections[address]
                engine = Engine(connection, name=connection.endpoint.name)
                self._engines[address] = engine
            return engine

    def _address(self, machine: str) -> str:
        return self._addresses.get(machine, machine)

    def close(self) -> None:
        """Close everything; closing twice is fine."""
        with self._lock:
            engines, self._engines = list(self._engines.values()), {}
            connections, self._connections = list(self._connections.values()), {}
        for engine in engines:
            engine.close()
        for connection in connections:
            connection.close()

    def _report_retry(self, retry: ConnectRetry) -> None:
        """One event for each reason a machine is not there yet, and a sign of life now and
        then: a machine that boots is asked several times a second."""
        now = time.monotonic()
        with self._lock:
            reason, reported = self._waits.get(retry.machine, ("", 0.0))
            if retry.reason == reason and now - reported < SIGN_OF_LIFE:
                return
            self._waits[retry.machine] = (retry.reason, now)
        self._sink.emit(Retrying(f"ssh {retry.machine}", retry.reason, retry.attempt, retry.wait))

    def _report_fallback(self, fallback: SocketFallback) -> None:
        self._sink.emit(
            Fallback(
                what=f"the Docker socket of {fallback.machine} through SSH forwarding",
                instead="docker system dial-stdio",
                reason=fallback.reason,
            )
        )
