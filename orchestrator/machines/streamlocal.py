"""The one file that touches paramiko's internals.

paramiko's public API cannot encode a `direct-streamlocal@openssh.com` channel open
(OpenSSH's PROTOCOL, section 2.4), reports a refused open through a slot that all threads
share, and waits for the answer to an exec request without a deadline. This file opens
channels by itself, with a wait that can be given up, and sends exec requests without
waiting a round trip for their confirmation: a refusal closes the channel, and that is seen.

Tested on the wire against paramiko 4 and 5 (`TESTED`); `pyproject.toml` holds the bound.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol, cast

import paramiko
from paramiko import common
from paramiko.channel import Channel
from paramiko.message import Message
from paramiko.packet import Packetizer

from orchestrator.machines.wire import SLICE, GiveUp, PromptSocket

Stream = PromptSocket | Channel
"""What an SSH session runs over: a TCP socket, or a channel of the session to a jump host."""

TESTED = (4, 5)
"""Major versions of paramiko whose internals are known to fit."""
OPEN_TIMEOUT = 30.0
"""Seconds the server may take to answer a channel open."""
CONNECT_FAILED = 2
PROHIBITED = 1
"""Reasons of RFC 4254, section 5.1."""

# paramiko logs every failed handshake; with no handler Python would print it on stderr.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class ChannelNotOpened(Exception):
    """The server refused a channel, or the connection ended (`reason` 0). Turned into a
    LongshoreError one floor up, where the endpoint is known."""

    def __init__(self, reason: int, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text

    @property
    def prohibited(self) -> bool:
        return self.reason == PROHIBITED


class SparseRekeying(Packetizer):
    """Renews the session keys every 32 GiB instead of every 512 MiB.

    OpenSSH's own limit for a 128-bit block cipher is 64 GiB (RFC 4344, section 3.2). A
    rekey that we begin in the middle of bulk traffic is where paramiko can lock up: a
    channel close that arrives meanwhile is answered by the thread that the answer waits for.
    """

    REKEY_BYTES = 2**35
    REKEY_PACKETS = 2**31


class _ChannelMap(Protocol):
    def put(self, number: int, channel: Channel) -> None: ...
    def delete(self, number: int) -> None: ...


class ChannelTransport(paramiko.Transport):
    """A transport whose refused channel opens are kept per channel."""

    if TYPE_CHECKING:  # the internals used here, which the stubs leave out
        active: bool
        _channels: _ChannelMap

        def _next_channel(self) -> int: ...
        def _send_user_message(self, data: Message) -> None: ...

    def __init__(self, sock: Stream) -> None:
        super().__init__(sock, packetizer_class=SparseRekeying)
        self._refusals: dict[int, ChannelNotOpened] = {}

    def _parse_channel_open_failure(self, m: Message) -> None:
        number, reason = m.get_int(), m.get_int()
        with self.lock:
            self._refusals[number] = ChannelNotOpened(reason, m.get_text())
            self._channels.delete(number)
            event = self.channel_events.pop(number, None)
        if event is not None:
            event.set()

    def open(
        self, kind: str, payload: bytes = b"", *, give_up: GiveUp, timeout: float = OPEN_TIMEOUT
    ) -> Channel:
        """Open a channel of any kind; `payload` is what follows the maximum packet size.

        Raises ChannelNotOpened, and whatever `give_up` raises.
        """
        event = threading.Event()
        with self.lock:
            if not self.active:
                raise ChannelNotOpened(0, "the connection has ended")
            number = self._next_channel()
            channel = Channel(number)
            self._channels.put(number, channel)
            self.channel_events[number] = event
            self.channels_seen[number] = True
            channel._set_transport(self)  # type: ignore[attr-defined]
            channel._set_window(  # type: ignore[attr-defined]
                self.default_window_size, self.default_max_packet_size
            )
        self._send_user_message(self._open_message(kind, number, payload))
        until = time.monotonic() + timeout
        while not event.wait(SLICE):
            give_up()
            if not self.active or time.monotonic() >= until:
                break
        refusal = self._refusals.pop(number, None)
        if refusal is not None:
            raise refusal
        if not event.is_set() or not self.active:
            channel.close()
            raise ChannelNotOpened(0, "no answer from the server")
        return channel

    def _open_message(self, kind: str, number: int, payload: bytes) -> Message:
        message = Message()
        message.add_byte(common.cMSG_CHANNEL_OPEN)
        message.add_string(kind)
        message.add_int(number)
        message.add_int(self.default_window_size)
        message.add_int(self.default_max_packet_size)
        message.add_bytes(payload)
        return message


def streamlocal_payload(path: str) -> bytes:
    """What follows in an open of `direct-streamlocal@openssh.com`: the path and two
    reserved fields."""
    message = Message()
    message.add_string(path)
    message.add_string("")
    message.add_int(0)
    return message.asbytes()


def tcpip_payload(host: str, port: int) -> bytes:
    """What follows in an open of `direct-tcpip` (RFC 4254, section 7.2)."""
    message = Message()
    message.add_string(host)
    message.add_int(port)
    message.add_string("127.0.0.1")
    message.add_int(0)
    return message.asbytes()


def request_exec(channel: Channel, line: str) -> None:
    """Ask the server to run `line`; does not wait for its yes (a no closes the channel)."""
    message = Message()
    message.add_byte(common.cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("exec")
    message.add_boolean(True)
    message.add_string(line)
    cast(ChannelTransport, channel.get_transport())._send_user_message(message)


class Bell(threading.Event):
    """Rung whenever output arrives or ends. Unlike paramiko's own event it stays rung until
    its owner, who looks at both streams, calls `reset`: no arrival can be missed."""

    def clear(self) -> None:
        """Not by a stream that has been read empty; the other one may not be."""

    def reset(self) -> None:
        super().clear()


def ring_on_output(channel: Channel, bell: Bell) -> None:
    """Have both streams of `channel` ring `bell`."""
    channel.in_buffer.set_event(bell)
    channel.in_stderr_buffer.set_event(bell)


def close_channel(channel: Channel) -> None:
    """Close a channel in any state; calling it again is safe.

    The streams are first parted from the descriptor that `fileno` may have made: paramiko's
    thread could otherwise write to it just after it was closed and its number given away.
    """
    ring_on_output(channel, Bell())
    with contextlib.suppress(EOFError, OSError):
        channel.close()
