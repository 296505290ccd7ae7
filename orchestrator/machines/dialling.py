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
    NotYet,
    close_transport,
    verified_transport,
)
from orchestrator.machines.patience import (
    CONNECT_WAITS,
    DIAL_TIMEOUTS,
    REFUSED_WAITS,
    ConnectRetry,
    nth,
)
from orchestrator.machines.streamlocal import ChannelTransport
from orchestrator.machines.wire import GiveUp, dial

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation

Pause = Callable[[float], None]


def open_transport(
    endpoint: Endpoint,
    login: Login,
    pins: frozenset[str],
    *,
    deadline: float,
    cancel: Cancellation | None,
    on_retry: Callable[[ConnectRetry], None] | None,
    auth_patience: float,
) -> ChannelTransport:
    """A verified, signed-in transport. See `Connection.open`, which this serves."""
    if not pins:
        raise HostKeyUnknown(endpoint)
    keyring = Keyring(login)
    try:
        return _Dialling(endpoint, keyring, pins, deadline, cancel, on_retry).until_signed_in(
            auth_patience
        )
    finally:
        keyring.close()


class _Dialling:
    """The tries of one `open_transport`, and the clock they share."""

    def __init__(
        self,
        endpoint: Endpoint,
        keyring: Keyring,
        pins: frozenset[str],
        deadline: float,
        cancel: Cancellation | None,
        on_retry: Callable[[ConnectRetry], None] | None,
    ) -> None:
        self._endpoint = endpoint
        self._keyring = keyring
        self._pins = pins
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
        self._give_up()
        sock = dial(
            self._endpoint.address,
            self._endpoint.port,
            timeout=min(dial_timeout, self._left()),
            give_up=self._give_up,
        )
        transport = verified_transport(
            sock,
            self._endpoint,
            self._pins,
            timeout=min(HANDSHAKE_TIMEOUT, self._left()),
            give_up=self._give_up,
        )
        try:
            authenticate(transport, self._endpoint, self._keyring, give_up=self._give_up)
        except BaseException:  # whatever it was: no session stays open
            close_transport(transport)
            raise
        return transport

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
