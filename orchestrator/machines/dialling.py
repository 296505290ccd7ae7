"""From an endpoint to a signed-in session, trying again while the machine boots."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from orchestrator.machines.authentication import Keyring, authenticate
from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.errors import AuthenticationRefused, HostKeyUnknown, Unreachable
from orchestrator.machines.handshake import (
    HANDSHAKE_TIMEOUT,
    NoSuchKey,
    NotYet,
    OtherKey,
    close_transport,
    mismatch,
    shown_key,
    verified_transport,
)
from orchestrator.machines.host_trust import ANY_TYPE, HostTrust, trust_of
from orchestrator.machines.patience import (
    CONNECT_WAITS,
    DIAL_TIMEOUTS,
    REFUSED_WAITS,
    ConnectRetry,
    nth,
)
from orchestrator.machines.streamlocal import ChannelTransport, Stream
from orchestrator.machines.wire import GiveUp, dial

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation

Pause = Callable[[float], None]
Dial = Callable[[float, GiveUp], Stream]
"""A new byte stream to the server, within so many seconds; raises OSError."""


def dial_directly(endpoint: Endpoint) -> Dial:
    """A TCP connection from here."""
    return lambda timeout, give_up: dial(
        endpoint.address, endpoint.port, timeout=timeout, give_up=give_up
    )


def look_at_host_key(
    endpoint: Endpoint, dial: Dial, *, deadline: float, cancel: Cancellation | None
) -> str:
    """The host key that answers at the endpoint, as a public key line; nothing is sent but
    what an exchange of keys needs. One try. Raises Unreachable, IncompatibleServer."""
    give_up: GiveUp = cancel.check if cancel else lambda: None
    try:
        return shown_key(
            dial(deadline, give_up), endpoint, ANY_TYPE, timeout=deadline, give_up=give_up
        )
    except (NotYet, OSError) as failure:
        raise Unreachable(endpoint, deadline, _reason(failure)) from failure


def open_transport(
    endpoint: Endpoint,
    login: Login,
    pins: frozenset[str] | HostTrust,
    *,
    deadline: float,
    cancel: Cancellation | None,
    on_retry: Callable[[ConnectRetry], None] | None,
    auth_patience: float,
    dial: Dial | None = None,
) -> ChannelTransport:
    """A verified, signed-in transport. See `Connection.open`, which this serves."""
    trust = trust_of(pins)
    if not trust.pins:
        raise HostKeyUnknown(endpoint)
    keyring = Keyring(login)
    try:
        return _Dialling(
            endpoint, keyring, trust, dial or dial_directly(endpoint), deadline, cancel, on_retry
        ).until_signed_in(auth_patience)
    finally:
        keyring.close()


class _Dialling:
    """The tries of one `open_transport`, and the clock they share."""

    def __init__(
        self,
        endpoint: Endpoint,
        keyring: Keyring,
        trust: HostTrust,
        dial: Dial,
        deadline: float,
        cancel: Cancellation | None,
        on_retry: Callable[[ConnectRetry], None] | None,
    ) -> None:
        self._endpoint = endpoint
        self._keyring = keyring
        self._trust = trust
        self._dial = dial
        self._deadline = deadline
        self._until = time.monotonic() + deadline
        self._on_retry = on_retry
        self._pause: Pause = cancel.wait if cancel else time.sleep
        self._give_up: GiveUp = cancel.check if cancel else lambda: None

    def until_signed_in(self, auth_patience: float) -> ChannelTransport:
        attempt = refusals = 0
        refused_first: float | None = None
        while True:
            attempt += 1
            try:
                return self._try(nth(DIAL_TIMEOUTS, attempt))
            except AuthenticationRefused as refusal:
                refusals += 1
                now = time.monotonic()
                refused_first = refused_first or now
                wait = nth(REFUSED_WAITS, refusals)
                if now + wait > min(refused_first + auth_patience, self._until):
                    raise
                reason = f"user {self._endpoint.user!r} was refused: {', '.join(refusal.tried)}"
            except (NotYet, OSError) as failure:
                reason = _reason(failure)
                wait = nth(CONNECT_WAITS, attempt)
                if time.monotonic() + wait > self._until:
                    raise Unreachable(self._endpoint, self._deadline, reason) from failure
            if self._on_retry is not None:
                self._on_retry(ConnectRetry(self._endpoint.name, reason, attempt, wait))
            self._pause(wait)

    def _try(self, dial_timeout: float) -> ChannelTransport:
        transport = self._verified(dial_timeout)
        try:
            authenticate(transport, self._endpoint, self._keyring, give_up=self._give_up)
        except BaseException:  # whatever it was: no session stays open
            close_transport(transport)
            raise
        return transport

    def _verified(self, dial_timeout: float) -> ChannelTransport:
        """One exchange of keys, or where only a fingerprint is known, one for each type of
        key until it fits."""
        seen: list[str] = []
        for key_types in self._trust.rounds:
            self._give_up()
            stream = self._dial(min(dial_timeout, self._left()), self._give_up)
            try:
                return verified_transport(
                    stream,
                    self._endpoint,
                    self._trust,
                    key_types,
                    timeout=min(HANDSHAKE_TIMEOUT, self._left()),
                    give_up=self._give_up,
                )
            except OtherKey as other:
                seen.append(other.seen)
            except NoSuchKey:
                continue
        raise mismatch(self._endpoint, self._trust, tuple(seen))

    def _left(self) -> float:
        return max(self._until - time.monotonic(), 0.1)


def _reason(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return "the address does not answer"
    if isinstance(failure, ConnectionRefusedError):
        return "the port is closed"
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror
    return str(failure)
