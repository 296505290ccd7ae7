"""One verified connection per machine, opened once and used for everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestrator.cancellation import Cancellation
from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.machines.doors import Doors
from orchestrator.machines.way import Way
from orchestrator.reporting.events import Fallback, Retrying
from orchestrator.reporting.sink import Sink
from orchestrator.spec.ports import SSH_PORT

if TYPE_CHECKING:
    from orchestrator.engine.client import Engine
    from orchestrator.machines.connection import Connection
    from orchestrator.machines.doors import Door
    from orchestrator.machines.endpoint import Login
    from orchestrator.machines.patience import ConnectRetry
    from orchestrator.machines.unixsocket import Fallback as SocketFallback

SSH_USER = "longshore"
SIGN_OF_LIFE = 10.0
"""Seconds between two events that say the same of a machine that does not answer yet."""


class Fleet:
    """The machines this run talks to: a connection for each line, found by name.

    The **line** of a machine that we made is its address: port 22, our own user, and pins
    that the caller brings. The line of a server that was there already is its id, behind
    which stands a door: address and port, user and key, the keys it may show, a jump host.
    """

    def __init__(
        self,
        login: Login,
        cancel: Cancellation,
        sink: Sink,
        doors: Mapping[str, Door] | None = None,
    ) -> None:
        self._login = login
        self._cancel = cancel
        self._sink = sink
        self._doors = Doors(doors or {}, cancel, self._report_retry, self._report_fallback)
        self._lock = threading.Lock()
        self._dialling: dict[str, threading.Lock] = {}
        self._failed: dict[str, tuple[float, LongshoreError]] = {}
        self._connections: dict[str, Connection] = {}
        self._engines: dict[str, Engine] = {}
        self._lines: dict[str, str] = {}
        self._waits: dict[str, tuple[str, float]] = {}

    def line(self, id: str, address: str) -> str:
        """The line of a machine, by its cloud's id and its address."""
        return id if id in self._doors else address

    def user(self, line: str) -> str:
        """Who signs in there."""
        return self._doors.door(line).endpoint.user if line in self._doors else SSH_USER

    def door(self, line: str) -> Door | None:
        """The door to a server that was there already; None for a machine that we made."""
        return self._doors.door(line) if line in self._doors else None

    def prepare(self) -> None:
        """Import what connecting needs, from the calling thread: imports in several threads
        at once wait for each other."""
        from orchestrator.machines.ssh_library import load_ssh_library

        load_ssh_library()

    def dial(
        self,
        name: str,
        line: str,
        pins: frozenset[str],
        *,
        deadline: float,
        booting: bool = False,
        cancel: Cancellation | None = None,
    ) -> Connection:
        """A new connection, not kept. A refused sign-in is tried again only while the
        machine is `booting`: its user may not be there yet. `pins` count for machines that
        we made. Raises HostKeyMismatch, Unreachable or AuthenticationRefused."""
        if line in self._doors:
            return self._doors.open(line, name, deadline=deadline, cancel=cancel)
        from orchestrator.machines.connection import Connection, Endpoint
        from orchestrator.machines.patience import AUTH_PATIENCE

        return Connection.open(
            Endpoint(address=line, port=SSH_PORT, user=SSH_USER, name=name),
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
        line: str,
        pins: frozenset[str],
        *,
        deadline: float,
        booting: bool = False,
        cancel: Cancellation | None = None,
    ) -> Connection:
        """The kept connection of a line, opened within `deadline` seconds when there is none
        or when it was lost. Whoever asks while another thread is opening it waits for that,
        and shares what comes of it. See `dial`."""
        asked = time.monotonic()
        with self._lock:
            dialling = self._dialling.setdefault(line, threading.Lock())
        with dialling:
            with self._lock:
                kept = self._connections.get(line)
                at, failure = self._failed.get(line, (0.0, None))
            if kept is not None and kept.alive:
                return kept
            if failure is not None and at >= asked:
                raise failure
            try:
                kept = self.dial(
                    name, line, pins, deadline=deadline, booting=booting, cancel=cancel
                )
            except Interrupted:
                raise  # one thread gave up; another may still want it
            except LongshoreError as error:
                with self._lock:
                    self._failed[line] = (time.monotonic(), error)
                raise
            self.keep(line, kept)
            return kept

    def keep(self, machine: str, connection: Connection) -> None:
        """Make `connection` the one of a machine, given by name or line; an earlier one
        is closed."""
        with self._lock:
            line = self._line(machine)
            earlier = self._connections.get(line)
            engine = self._engines.pop(line, None)
            self._connections[line] = connection
        if engine is not None:
            engine.close()
        if earlier is not None and earlier is not connection:
            earlier.close()

    def assign(self, name: str, address: str, id: str) -> None:
        """Say which machine, by address and its cloud's id, has the name from now on. Two
        machines may carry one name for a while (a double, a move to another region); they
        never share a connection."""
        with self._lock:
            self._lines[name] = self.line(id, address)

    def connection(self, machine: str) -> Connection:
        """The kept connection of a machine, given by name or line; KeyError when none was
        opened: a mistake in the plan."""
        with self._lock:
            return self._connections[self._line(machine)]

    def engine(self, machine: str) -> Engine:
        """The Docker Engine behind the kept connection."""
        from orchestrator.engine.client import Engine

        with self._lock:
            line = self._line(machine)
            engine = self._engines.get(line)
            if engine is None:
                connection = self._connections[line]
                engine = Engine(connection, name=connection.endpoint.name)
                self._engines[line] = engine
            return engine

    def way(self, machine: str) -> Way:
        """How another SSH client gets to a machine that is connected. KeyError when it is
        not."""
        line = self.line_of(machine)
        connection = self.connection(line)
        if line in self._doors:
            return self._doors.way(line, connection)
        return Way(connection.endpoint, self._login, connection.host_key)

    def line_of(self, machine: str) -> str:
        """The line of a machine that `assign` has named."""
        with self._lock:
            return self._line(machine)

    def _line(self, machine: str) -> str:
        return self._lines.get(machine, machine)

    def close(self) -> None:
        """Close everything; closing twice is fine."""
        with self._lock:
            engines, self._engines = list(self._engines.values()), {}
            connections, self._connections = list(self._connections.values()), {}
        for engine in engines:
            engine.close()
        for connection in connections:
            connection.close()
        self._doors.close()

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
