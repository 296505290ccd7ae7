"""An SSH channel that behaves as a connected socket, for http.client, urllib3 and docker."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from paramiko.channel import Channel

from orchestrator.machines.streamlocal import close_channel
from orchestrator.machines.wire import GiveUp

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

T = TypeVar("T")

SLICE = 0.25
"""Seconds of one wait inside paramiko, between two looks at the cancellation."""
PACKET = 32 * 1024
"""Bytes handed over at once: what one packet takes. paramiko's own `sendall` copies all
that is left for each of them."""
READ_BUFFER = 256 * 1024
"""Bytes of a reading file's buffer; small reads are costly on a full channel."""


class ChannelSocket:
    """One byte stream through the SSH connection, in both directions.

    One thread may read while another writes. Like a socket, it stays open until it and
    every file made from it are closed. Timeouts in seconds, None for none; TimeoutError
    when one passes, BrokenPipeError when the other side is gone, and whatever `give_up`
    raises, in every wait.
    """

    def __init__(
        self, channel: Channel, *, give_up: GiveUp, alive: Callable[[], bool], name: str
    ) -> None:
        # Constant: reader and writer share paramiko's one timeout, ours are our own.
        channel.settimeout(SLICE)
        self._channel = channel
        self._give_up = give_up
        self._alive = alive
        self._name = name
        self._timeout: float | None = None
        self._files = 0
        self._closed = False

    def __repr__(self) -> str:
        return f"<ChannelSocket {self._name}{' closed' if self._closed else ''}>"

    def __enter__(self) -> ChannelSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        return self._timeout

    def setblocking(self, blocking: bool) -> None:
        self._timeout = None if blocking else 0.0

    def setsockopt(self, *_: object) -> None:
        """Accepted and ignored: options belong to the connection beneath."""

    def getpeername(self) -> str:
        return self._name

    def fileno(self) -> int:
        """A descriptor to poll for readable data, made at the first call; not for reading."""
        return int(self._channel.fileno())

    def recv(self, size: int, _flags: int = 0, /) -> bytes:
        """At most `size` bytes; b"" at the end of the stream.

        Raises ConnectionResetError when the connection ended before the stream did.
        """
        if self._timeout == 0.0 and not (self._channel.recv_ready() or self._at_end()):
            raise BlockingIOError
        data = self._patiently(lambda: self._channel.recv(size))
        if not data and not self._channel.eof_received and not self._alive():
            raise ConnectionResetError("the SSH connection was lost")
        return data

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, _flags: int = 0, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.recv(size or len(view))
        view[: len(data)] = data
        return len(data)

    def send(self, data: ReadableBuffer, _flags: int = 0, /) -> int:
        """Send a part of `data`; the number of bytes that are on their way."""
        chunk = bytes(memoryview(data).cast("B")[:PACKET])
        if not chunk:
            return 0
        try:
            sent = self._patiently(lambda: self._channel.send(chunk))
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenPipeError(f"{self._name}: {error}") from error
        if sent == 0:
            raise BrokenPipeError(f"{self._name}: the other side is closed")
        return sent

    def sendall(self, data: ReadableBuffer, _flags: int = 0, /) -> None:
        view = memoryview(data).cast("B")
        while view:
            view = view[self.send(view) :]

    def shutdown(self, how: int) -> None:
        """End one half (0 reading, 1 writing) or both (2). Safe on a closed channel."""
        with contextlib.suppress(EOFError, OSError):
            self._channel.shutdown(how)

    def close(self) -> None:
        """Close it, or leave that to the last file made from it. Safe to call again."""
        self._closed = True
        if self._files <= 0:
            close_channel(self._channel)

    def makefile(self, mode: str = "r", buffering: int | None = None) -> io.IOBase:
        """A buffered binary file over the stream: reading, writing or both, as `mode` says."""
        reading, writing = "r" in mode, "w" in mode
        raw = ChannelIO(self, reading=reading or not writing, writing=writing)
        self._files += 1
        if buffering == 0:
            return raw
        if reading and writing:
            return io.BufferedRWPair(raw, raw, READ_BUFFER)
        if writing:
            return io.BufferedWriter(raw, PACKET)
        return io.BufferedReader(raw, READ_BUFFER)

    def _at_end(self) -> bool:
        return bool(self._channel.eof_received or self._channel.closed)

    def _file_closed(self) -> None:
        self._files -= 1
        if self._closed:
            self.close()

    def _patiently(self, move: Callable[[], T]) -> T:
        until = None if self._timeout is None else time.monotonic() + self._timeout
        while True:
            try:
                return move()
            except TimeoutError:
                self._give_up()
                if until is not None and time.monotonic() >= until:
                    raise TimeoutError(f"{self._name}: timed out") from None


class ChannelIO(io.RawIOBase):
    """The unbuffered file beneath `ChannelSocket.makefile`; as `socket.SocketIO`, it keeps
    the socket in `_sock`, which docker's attach and exec look for."""

    def __init__(self, sock: ChannelSocket, *, reading: bool, writing: bool) -> None:
        super().__init__()
        self._sock = sock
        self._reading = reading
        self._writing = writing

    def readable(self) -> bool:
        return self._reading

    def writable(self) -> bool:
        return self._writing

    def fileno(self) -> int:
        return self._sock.fileno()

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._sock.recv_into(buffer)

    def write(self, data: ReadableBuffer) -> int:
        return self._sock.send(data)

    def recv(self, size: int) -> bytes:
        """As the socket's: docker reads a hijacked stream through it."""
        return self._sock.recv(size)

    def sendall(self, data: ReadableBuffer) -> None:
        """As the socket's."""
        self._sock.sendall(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._sock._file_closed()
