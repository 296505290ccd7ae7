"""From a TCP socket to an SSH session whose host key is one of the pins."""

from __future__ import annotations

import threading
import time

from paramiko.ssh_exception import IncompatiblePeer, SSHException

from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.errors import HostKeyMismatch, IncompatibleServer
from orchestrator.machines.hostkeys import KEY_TYPE, blob_fingerprint
from orchestrator.machines.streamlocal import ChannelTransport
from orchestrator.machines.wire import SLICE, GiveUp, PromptSocket

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


def verified_transport(
    sock: PromptSocket, endpoint: Endpoint, pins: frozenset[str], *, timeout: float, give_up: GiveUp
) -> ChannelTransport:
    """Exchange keys and compare the server's host key with `pins`, before anything else.

    The server has by then proved that it holds the private key (its signature over the
    exchange is checked). Raises HostKeyMismatch or IncompatibleServer, with the connection
    closed and nothing sent after the exchange; NotYet when the server is not ready.
    """
    transport = ChannelTransport(sock)
    try:
        _choose_algorithms(transport)
        _exchange_keys(transport, endpoint, pins, timeout, give_up)
        seen = blob_fingerprint(transport.get_remote_server_key().asbytes())
        if seen not in pins:
            raise HostKeyMismatch(endpoint, pins, seen)
    except BaseException:  # whatever it was: no session stays open
        close_transport(transport)
        raise
    transport.set_keepalive(KEEPALIVE)
    return transport


def close_transport(transport: ChannelTransport) -> None:
    """Close it in any state. paramiko's handshake timer would otherwise keep a process
    that wants to exit waiting for as long as the handshake was allowed to take."""
    transport.packetizer.complete_handshake()
    transport.close()
    transport.sock.close()


def _choose_algorithms(transport: ChannelTransport) -> None:
    options = transport.get_security_options()
    options.key_types = (KEY_TYPE,)
    options.ciphers = CIPHERS
    options.digests = DIGESTS
    options.compression = ("none",)
    transport.banner_timeout = HANDSHAKE_TIMEOUT
    transport.handshake_timeout = HANDSHAKE_TIMEOUT


def _exchange_keys(
    transport: ChannelTransport,
    endpoint: Endpoint,
    pins: frozenset[str],
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
            raise HostKeyMismatch(endpoint, pins, f"no {KEY_TYPE} host key at all")
        raise IncompatibleServer(endpoint, str(failure))
    raise NotYet(_reason(failure))


def _reason(failure: BaseException | None) -> str:
    if failure is None or isinstance(failure, EOFError):
        return "the SSH server closed the connection during the handshake"
    if isinstance(failure, SSHException) and "banner" in str(failure):
        return "the port is open, but no SSH server answers there yet"
    return str(failure) or type(failure).__name__
