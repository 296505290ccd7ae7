"""Which host keys a server that was there already may show, and who says so.

In this order: a fingerprint in the project file, the user's known_hosts, a key that a person
has confirmed before, and else a person at the terminal, once. Nothing is sent to a server
before one of them has vouched for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.doors import Look, Trusting
from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.host_key_errors import HostKeyRevoked, HostKeyUnconfirmed
from orchestrator.machines.host_trust import HostTrust
from orchestrator.machines.hostkeys import fingerprint, openssh_fingerprint, pin_of
from orchestrator.machines.known_hosts import (
    KnownHost,
    KnownLine,
    known_hosts_files,
    look_up,
    read_known_hosts,
)
from orchestrator.reporting.events import Notice
from orchestrator.reporting.sink import Sink
from orchestrator.state.host_keys import ConfirmedKeys

InPerson = Callable[[str], bool]


class ServerKeys:
    """One command's knowledge of host keys. Usable from several threads; a person is asked
    about one server at a time. Only a command that may write `remembers` what they said."""

    def __init__(
        self,
        confirmed: ConfirmedKeys,
        environ: Mapping[str, str],
        ask: InPerson | None,
        sink: Sink,
        *,
        remembers: bool,
    ) -> None:
        self._confirmed = confirmed
        self._environ = environ
        self._ask = ask
        self._sink = sink
        self._remembers = remembers
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}

    def trusting(self, id: str, host_key: str) -> Trusting:
        """How to find out about the server of that id; `host_key` is the fingerprint that the
        project file has for it, or empty."""

        def trust(endpoint: Endpoint, look: Look) -> HostTrust:
            return self._trust(id, host_key, endpoint, look)

        return trust

    def _trust(self, id: str, host_key: str, endpoint: Endpoint, look: Look) -> HostTrust:
        known = look_up(self._lines, endpoint.address, endpoint.port)
        if host_key:
            pins = frozenset({pin_of(host_key)})
            return HostTrust(pins, (), known.revoked, "`host_key:` in the project file")
        if known.pins:
            return HostTrust(known.pins, known.types, known.revoked, "your known_hosts")
        with self._lock:
            line = self._said.get(id) or self._confirmed.get(id)
            if line is None:
                line = self._confirm(id, endpoint, look(), known)
        pins = frozenset({fingerprint(line)})
        return HostTrust(pins, (line.split()[0],), known.revoked, "the day it was confirmed")

    def _confirm(self, id: str, endpoint: Endpoint, line: str, known: KnownHost) -> str:
        pin = fingerprint(line)
        if pin in known.revoked:
            raise HostKeyRevoked(endpoint, pin)
        if self._ask is None:
            raise HostKeyUnconfirmed(
                endpoint, pin, "there is no terminal to ask on", authority=known.authority
            )
        if not self._ask(_question(endpoint, line)):
            raise LongshoreError(
                f"{endpoint}: its host key was not confirmed; nothing was sent to it",
                advice="compare the fingerprint on the server's console, then run this again",
                exit_code=ExitCode.HOST_KEY,
            )
        self._said[id] = line
        if self._remembers:
            self._confirmed.save(id, line)
        else:
            self._sink.emit(Notice(f"the host key of {endpoint.name} is confirmed for this run"))
        return line

    @cached_property
    def _lines(self) -> tuple[KnownLine, ...]:
        return read_known_hosts(known_hosts_files(self._environ))


def _question(endpoint: Endpoint, line: str) -> str:
    kind = line.split()[0]
    return (
        f"{endpoint} shows the host key\n"
        f"  {kind} {openssh_fingerprint(fingerprint(line))}\n"
        "Nothing has been sent to it yet. On the server's own console,\n"
        f"  ssh-keygen -lf /etc/ssh/ssh_host_{_file(kind)}_key.pub\n"
        "prints the fingerprint. Is it this one?"
    )


def _file(kind: str) -> str:
    """The part of sshd's file name for a type of key."""
    return "ecdsa" if kind.startswith("ecdsa") else kind.removeprefix("ssh-")
