"""One verified SSH connection to a machine, for commands, files, sockets and ports."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from orchestrator.machines.bounded import BoundedBuffer
from orchestrator.machines.channels import ChannelSocket
from orchestrator.machines.command import Command, CommandFailed, CommandTimeout, Completed
from orchestrator.machines.dialling import Dial, open_transport
from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.errors import (
    AuthenticationRefused,
    ChannelRefused,
    ConnectionLost,
    HostKeyMismatch,
    HostKeyUnknown,
    Unreachable,
)
from orchestrator.machines.exchange import Exchange, PastDeadline
from orchestrator.machines.files import put_command
from orchestrator.machines.handshake import close_transport
from orchestrator.machines.hold import Hold
from orchestrator.machines.host_trust import HostTrust
from orchestrator.machines.lines import LineSplitter
from orchestrator.machines.patience import AUTH_PATIENCE, ConnectRetry
from orchestrator.machines.streamlocal import (
    ChannelNotOpened,
    ChannelTransport,
    close_channel,
    request_exec,
    streamlocal_payload,
    tcpip_payload,
)
from orchestrator.machines.unixsocket import (
    DOCKER_SOCKET,
    NO_SOCKET,
    NOT_ALLOWED,
    STREAMLOCAL,
    Fallback,
    diagnosis,
    dial_stdio,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from paramiko.channel import Channel

    from orchestrator.cancellation import Cancellation

__all__ = [
    "AuthenticationRefused",
    "ChannelRefused",
    "CommandFailed",
    "Connection",
    "ConnectionLost",
    "Endpoint",
    "HostKeyMismatch",
    "HostKeyUnknown",
    "Login",
    "Unreachable",
]

OnLine = Callable[[str], None]
DIAL_TIMEOUT = 20.0
"""Seconds for `docker system dial-stdio` to say that it is ready."""


class Connection:
    """Everything between here and one machine goes through this one session.

    Safe to use from several threads: each command, socket or port is a channel of its own.
    Every wait ends with `Interrupted` when the cancellation given to `open` is requested,
    but for those inside `uninterrupted`.
    """

    def __init__(
        self,
        transport: ChannelTransport,
        endpoint: Endpoint,
        cancel: Cancellation | None,
        on_fallback: Callable[[Fallback], None] | None,
    ) -> None:
        key = transport.get_remote_server_key()
        self.endpoint = endpoint
        self.host_key = f"{key.get_name()} {key.get_base64()}"
        """The verified host key of this session, as a public key line."""
        self._transport = transport
        self._cancel = cancel
        self._hold = Hold()
        self._on_fallback = on_fallback
        self._streamlocal_forbidden = False

    @classmethod
    def open(
        cls,
        endpoint: Endpoint,
        login: Login,
        pins: frozenset[str] | HostTrust,
        *,
        deadline: float,
        cancel: Cancellation | None = None,
        on_retry: Callable[[ConnectRetry], None] | None = None,
        on_fallback: Callable[[Fallback], None] | None = None,
        auth_patience: float = AUTH_PATIENCE,
        dial: Dial | None = None,
    ) -> Connection:
        """Connect within `deadline` seconds, waiting for a machine that is still booting.

        A port that is closed or silent and a server that is not ready are tried again until
        the deadline, a refused sign-in for `auth_patience` seconds; `on_retry` hears of each.
        `dial` makes the byte stream where it is not a TCP connection from here. Raises
        HostKeyMismatch, HostKeyRevoked or HostKeyUnknown at once, with nothing sent that the pinned
        key did not vouch for; Unreachable, AuthenticationRefused, KeyUnusable, Interrupted.
        """
        transport = open_transport(
            endpoint,
            login,
            pins,
            deadline=deadline,
            cancel=cancel,
            on_retry=on_retry,
            auth_patience=auth_patience,
            dial=dial,
        )
        return cls(transport, endpoint, cancel, on_fallback)

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the session still stands, as far as is known here."""
        return bool(self._transport.is_active())

    def close(self) -> None:
        """End the session and everything in it. Safe to call twice."""
        close_transport(self._transport)

    def uninterrupted(self, seconds: float, /) -> AbstractContextManager[None]:
        """For steps that must not be cut off half way: in this thread, a stop that is asked
        for is heard after the block, or after `seconds`. Deadlines hold as ever."""
        return self._hold.of(seconds)

    def run(self, command: Command) -> Completed:
        """Run a command to its end; any exit status is a result (`Completed.check`).

        Raises CommandTimeout (with the partial output; the channel is closed, and the
        machine ends the command), ConnectionLost, Interrupted.
        """
        out = BoundedBuffer(command.output_limit)
        return self._execute(command, out, out.add)

    def stream(self, command: Command, on_line: OnLine) -> Completed:
        """As `run`, and hands over each line of standard output while it runs.

        Lines are text without their end; very long ones arrive in parts.
        """
        out = BoundedBuffer(command.output_limit)
        lines = LineSplitter(on_line)

        def both(chunk: bytes) -> None:
            out.add(chunk)
            lines.feed(chunk)

        completed = self._execute(command, out, both)
        lines.end()
        return completed

    def put(
        self, path: str, data: bytes, mode: int, *, sudo: bool = False, deadline: float = 60
    ) -> None:
        """Write a file so that it appears whole, with `mode`, or not at all; one round trip.

        The folder must exist. With `sudo` it belongs to root. Calling it again replaces the
        file. Raises CommandFailed, CommandTimeout, ConnectionLost.
        """
        self.run(put_command(path, data, mode, sudo=sudo, deadline=deadline)).check()

    def open_unix(self, path: str) -> ChannelSocket:
        """A stream to a unix socket on the machine.

        Where the server forbids that, the Docker socket is reached by `docker system
        dial-stdio` instead, and `on_fallback` hears of it once. Raises ChannelRefused.
        """
        docker = path in (DOCKER_SOCKET, DOCKER_SOCKET.removeprefix("/var"))
        if docker and self._streamlocal_forbidden:
            return self._dial_docker(path, check=False)
        try:
            channel = self._transport.open(
                STREAMLOCAL, streamlocal_payload(path), give_up=self._give_up
            )
        except ChannelNotOpened as refusal:
            if not self.alive:
                raise ConnectionLost(self.endpoint, f"opening {path}") from refusal
            self._explain(path, docker=docker)
            sock = self._dial_docker(path, check=True)
            self._streamlocal_forbidden = True
            if self._on_fallback is not None:
                reason = "the SSH server forbids forwarding to unix sockets"
                self._on_fallback(Fallback(self.endpoint.name, reason))
            return sock
        return self._socket(channel, path)

    def open_tcp(self, host: str, port: int) -> ChannelSocket:
        """A stream to a TCP port as the machine sees it. Raises ChannelRefused."""
        target = f"{host}:{port}"
        try:
            channel = self._transport.open(
                "direct-tcpip", tcpip_payload(host, port), give_up=self._give_up
            )
        except ChannelNotOpened as refusal:
            if not self.alive:
                raise ConnectionLost(self.endpoint, f"opening {target}") from refusal
            advice = "set `AllowTcpForwarding yes` in its sshd_config" if refusal.prohibited else ""
            raise ChannelRefused(self.endpoint, target, refusal.text, advice) from refusal
        return self._socket(channel, target)

    def tunnel(self, host: str, port: int, *, timeout: float) -> Channel:
        """A byte stream to an SSH server behind this one, for a session of its own inside.

        It outlives a stop that is asked for: the session within decides what ends when.
        Raises ChannelRefused when forwarding is forbidden here, ConnectionLost, and OSError,
        with this server's own words, when it cannot reach the other.
        """
        try:
            return self._transport.open(
                "direct-tcpip", tcpip_payload(host, port), give_up=self._give_up, timeout=timeout
            )
        except ChannelNotOpened as refusal:
            if not self.alive:
                raise ConnectionLost(self.endpoint, f"opening {host}:{port}") from refusal
            if refusal.prohibited:
                raise ChannelRefused(
                    self.endpoint,
                    f"{host}:{port}",
                    refusal.text,
                    "set `AllowTcpForwarding yes` in the sshd_config of the jump host",
                ) from refusal
            words = f"{self.endpoint.name} cannot reach it: {refusal.text}"
            raise OSError(errno.EHOSTUNREACH, words) from refusal

    def _execute(
        self, command: Command, out: BoundedBuffer, on_out: Callable[[bytes], None]
    ) -> Completed:
        started = time.monotonic()
        # root needs no sudo, and a machine where root signs in may have none.
        command = replace(command, sudo=command.sudo and self.endpoint.user != "root")
        err = BoundedBuffer(command.output_limit)

        def completed(status: int) -> Completed:
            return Completed(
                self.endpoint,
                command,
                status,
                out.value(),
                err.value(),
                time.monotonic() - started,
                out.dropped + err.dropped,
            )

        channel = self._session(command, command.line)
        try:
            exchange = Exchange(channel, command.stdin, on_out, err.add)
            status = exchange.finish(until=started + command.deadline, give_up=self._give_up)
        except PastDeadline as late:
            raise CommandTimeout(completed(-1)) from late
        finally:
            close_channel(channel)
        if status < 0 and not self.alive:
            raise ConnectionLost(self.endpoint, f"running `{command.shown}`")
        return completed(status)

    def _session(self, command: Command, line: str) -> Channel:
        try:
            channel = self._transport.open("session", give_up=self._give_up)
        except ChannelNotOpened as refusal:
            if not self.alive:
                raise ConnectionLost(self.endpoint, f"starting `{command.shown}`") from refusal
            raise ChannelRefused(
                self.endpoint, "a session", refusal.text, "raise `MaxSessions` in its sshd_config"
            ) from refusal
        request_exec(channel, line)
        return channel

    def _explain(self, path: str, *, docker: bool) -> None:
        """Return when dial-stdio may help, else raise ChannelRefused with the reason."""
        verdict = self.run(diagnosis(path)).text.strip()
        if verdict == "missing":
            reason, advice = NO_SOCKET, "the service behind it may not run"
        elif verdict == "denied":
            reason = NOT_ALLOWED.format(user=self.endpoint.user)
            advice = "add the user to the socket's group; a new connection then has it"
        elif docker:
            return
        else:
            reason = "the SSH server forbids it, or nothing listens there"
            advice = "set `AllowStreamLocalForwarding yes` in its sshd_config"
        raise ChannelRefused(self.endpoint, path, reason, advice)

    def _dial_docker(self, path: str, *, check: bool) -> ChannelSocket:
        dial = dial_stdio(check=check)
        channel = self._session(dial, dial.line_without_deadline)
        sock = self._socket(channel, path)
        sock.settimeout(DIAL_TIMEOUT)
        said = b""
        try:
            while not said.endswith(b"\n"):
                byte = sock.recv(1)
                if not byte:
                    break
                said += byte
        except OSError as error:
            said = str(error).encode()
        if said == b"ready\n":
            sock.settimeout(None)
            return sock
        sock.close()
        reason = said.decode(errors="replace").strip() or "`docker system dial-stdio` ended"
        raise ChannelRefused(
            self.endpoint,
            path,
            f"the SSH server forbids it or nothing listens there, and there is no way round: "
            f"{reason}",
            "set `AllowStreamLocalForwarding yes` in its sshd_config and see that Docker runs",
        )

    def _socket(self, channel: Channel, name: str) -> ChannelSocket:
        return ChannelSocket(
            channel,
            give_up=self._give_up,
            alive=lambda: self.alive,
            name=f"{self.endpoint.name}:{name}",
        )

    def _give_up(self) -> None:
        if self._cancel is not None and not self._hold.standing:
            self._cancel.check()
