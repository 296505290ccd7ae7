"""From a byte stream to an SSH session whose host key is one that is trusted."""

from __future__ import annotations

import threading
import time

from paramiko.ssh_exception import IncompatiblePeer, SSHException

from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.errors import HostKeyMismatch, IncompatibleServer
from orchestrator.machines.host_key_errors import HostKeyRevoked, ServerKeyMismatch
from orchestrator.machines.host_trust import HostTrust, algorithms
from orchestrator.machines.hostkeys import blob_fingerprint
from orchestrator.machines.streamlocal import ChannelTransport, Stream
from orchestrator.machines.wire import SLICE, GiveUp

CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)
"""AES-GCM first: bulk goes twice as fast as with aes128-ctr and a separate MAC."""
DIGESTS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
HANDSHAKE_TIMEOUT = 15.0
"""Seconds from the connected socket to the verified session; a machine that is just
starting its SSH server may need several."""
KEEPALIVE = 10
"""Seconds; the message is what lets TCP notice a peer that vanished."""


class NotYet(Exception):
    """A try failed in a way that is expected while a machine boots."""


class NoSuchKey(Exception):
    """The server has no host key of the types that were offered."""


class OtherKey(Exception):
    """The server showed, and holds, a key that is not pinned; `seen` is its pin."""

    def __init__(self, seen: str) -> None:
        super().__init__(seen)
        self.seen = seen


def verified_transport(
    stream: Stream,
    endpoint: Endpoint,
    trust: HostTrust,
    key_types: tuple[str, ...],
    *,
    timeout: float,
    give_up: GiveUp,
) -> ChannelTransport:
    """Exchange keys and compare the server's host key with the pins, before anything else.

    Only keys of `key_types` are negotiated. The server has by then proved that it holds the
    private key (its signature over the exchange is checked). Raises OtherKey, NoSuchKey,
    HostKeyRevoked or IncompatibleServer, with the connection closed and nothing sent after
    the exchange; NotYet when the server is not ready.
    """
    transport = ChannelTransport(stream)
    try:
        _choose_algorithms(transport, key_types)
        _exchange_keys(transport, endpoint, timeout, give_up)
        seen = blob_fingerprint(transport.get_remote_server_key().asbytes())
        if seen in trust.revoked:
            raise HostKeyRevoked(endpoint, seen)
        if seen not in trust.pins:
            raise OtherKey(seen)
    except BaseException:  # whatever it was: no session stays open
        close_transport(transport)
        raise
    transport.set_keepalive(KEEPALIVE)
    return transport


def shown_key(
    stream: Stream,
    endpoint: Endpoint,
    key_types: tuple[str, ...],
    *,
    timeout: float,
    give_up: GiveUp,
) -> str:
    """The host key that a server shows and holds, as a public key line, for a person to
    compare: the connection is closed after the exchange, with nothing sent. Raises
    IncompatibleServer, NotYet."""
    transport = ChannelTransport(stream)
    try:
        _choose_algorithms(transport, key_types)
        _exchange_keys(transport, endpoint, timeout, give_up)
        key = transport.get_remote_server_key()
    except NoSuchKey as error:
        raise IncompatibleServer(endpoint, "it has no host key of a usable type") from error
    finally:
        close_transport(transport)
    return f"{key.get_name()} {key.get_base64()}"


def mismatch(endpoint: Endpoint, trust: HostTrust, seen: tuple[str, ...]) -> HostKeyMismatch:
    """The error for a server that showed none of the pinned keys."""
    if trust.source:
        return ServerKeyMismatch(endpoint, trust, seen)
    nothing = f"no {' or '.join(trust.key_types)} host key at all"
    return HostKeyMismatch(endpoint, trust.pins, " and ".join(seen) or nothing)


def close_transport(transport: ChannelTransport) -> None:
    """Close it in any state. paramiko's handshake timer would otherwise keep a process
    that wants to exit waiting for as long as the handshake was allowed to take."""
    transport.packetizer.complete_handshake()
    transport.close()
    transport.sock.close()


def _choose_algorithms(transport: ChannelTransport, key_types: tuple[str, ...]) -> None:
    options = transport.get_security_options()
    options.key_types = algorithms(key_types)
    options.ciphers = CIPHERS
    options.digests = DIGESTS
    options.compression = ("none",)
    transport.banner_timeout = HANDSHAKE_TIMEOUT
    transport.handshake_timeout = HANDSHAKE_TIMEOUT


def _exchange_keys(
    transport: ChannelTransport,
    endpoint: Endpoint,
    timeout: float,
    give_up: GiveUp,
) -> None:
    done = threading.Event()
    until = time.monotonic() + timeout
    transport.start_client(event=done)
    while not done.wait(SLICE):
        give_up()
        if time.monotonic() >= until:
            raise NotYet("the SSH server does not answer")
    if transport.is_active():
        return
    failure = transport.get_exception()
    if isinstance(failure, IncompatiblePeer):
        if transport.kex_engine is not None and transport.host_key_type is None:
            raise NoSuchKey
        raise IncompatibleServer(endpoint, str(failure))
    raise NotYet(_reason(failure))


def _reason(failure: BaseException | None) -> str:
    if failure is None or isinstance(failure, EOFError):
        return "the SSH server closed the connection during the handshake"
    if isinstance(failure, SSHException) and "banner" in str(failure):
        return "the port is open, but no SSH server answers there yet"
    return str(failure) or type(failure).__name__
