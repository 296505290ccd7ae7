"""What an Engine needs of the connection to its machine."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Channel(Protocol):
    """A connected byte stream that behaves as a socket: one of an SSH connection's, or a
    socket itself. It closes with the last file made from it."""

    def recv(self, size: int, /) -> bytes: ...
    def sendall(self, data: bytes, /) -> None: ...
    def settimeout(self, seconds: float | None, /) -> None: ...
    def shutdown(self, how: int, /) -> None: ...
    def makefile(self, mode: Any, /) -> Any: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


class SocketOpener(Protocol):
    """Opens streams on a machine; `Connection` of `machines/` does."""

    def open_unix(self, path: str, /) -> Channel:
        """Connect to a Unix socket on the machine."""
        ...

    def open_tcp(self, host: str, port: int, /) -> Channel:
        """Connect from the machine to an address it can reach."""
        ...

    def uninterrupted(self, seconds: float, /) -> AbstractContextManager[None]:
        """Within the block, in this thread, no wait of any stream ends because a stop was
        asked for; at most for `seconds`."""
        ...


def cut_off(channel: Channel) -> None:
    """Close at once, waking whoever is reading. Calling it again changes nothing."""
    try:
        channel.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already closed by the other side: that is what is wanted
    finally:
        channel.close()
