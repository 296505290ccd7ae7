"""One command's conversation: input up, output and errors down, until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable

from paramiko.channel import Channel

from orchestrator.machines.streamlocal import Bell, ring_on_output
from orchestrator.machines.wire import SLICE, GiveUp

CHUNK = 256 * 1024
"""Bytes read from the channel at once."""
PACKET = 32 * 1024
"""Bytes sent at once; a channel takes no more in one packet."""
WINDOW_PAUSE = 0.01
"""Seconds until the next look when the server's window for our input is full."""
LINGER = 2.0
"""Seconds to wait for the end of output after the exit status: a child that was left in
the background may hold it open for ever."""

OnBytes = Callable[[bytes], None]


class PastDeadline(Exception):
    """The command did not end in time."""


class Exchange:
    """Pumps one exec channel in the caller's thread; use once.

    Input and output move in turns, so neither can block the other however large both are.
    """

    def __init__(self, channel: Channel, stdin: bytes, on_out: OnBytes, on_err: OnBytes) -> None:
        self._channel = channel
        self._input = memoryview(stdin)
        self._on_out = on_out
        self._on_err = on_err
        self._input_closed = False
        self._bell = Bell()

    def finish(self, *, until: float, give_up: GiveUp) -> int:
        """Run it to its end and return the exit status (-1 when there was none).

        Raises PastDeadline after `until` (monotonic seconds), and whatever `give_up` raises.
        """
        ring_on_output(self._channel, self._bell)
        quiet_until: float | None = None
        while True:
            self._bell.reset()
            moved = self._receive() | self._send()
            if moved:
                quiet_until = None
                continue
            if self._channel.exit_status_ready():
                now = time.monotonic()
                quiet_until = quiet_until or now + LINGER
                if self._ended() or now >= quiet_until:
                    return int(self._channel.exit_status)
            give_up()
            left = until - time.monotonic()
            if left <= 0:
                raise PastDeadline
            self._wait(min(left, SLICE))

    def _ended(self) -> bool:
        ready = self._channel.recv_ready() or self._channel.recv_stderr_ready()
        return bool(self._channel.eof_received or self._channel.closed) and not ready

    def _wait(self, seconds: float) -> None:
        if self._input and not self._input_closed:
            seconds = min(seconds, WINDOW_PAUSE)
        if self._channel.eof_received and not self._channel.exit_status_ready():
            self._channel.status_event.wait(seconds)
        else:
            self._bell.wait(seconds)

    def _receive(self) -> bool:
        moved = False
        if self._channel.recv_ready():
            self._on_out(self._channel.recv(CHUNK))
            moved = True
        if self._channel.recv_stderr_ready():
            self._on_err(self._channel.recv_stderr(CHUNK))
            moved = True
        return moved

    def _send(self) -> bool:
        if self._input_closed or self._channel.closed:
            self._input_closed = True
            return False
        try:
            if not self._input:
                self._input_closed = True
                self._channel.shutdown_write()
                return False
            if not self._channel.send_ready():
                return False
            sent = self._channel.send(bytes(self._input[:PACKET]))
        except OSError:
            # The command ended without reading all of its input; its status says more.
            self._input_closed = True
            return False
        self._input = self._input[sent:]
        return True
