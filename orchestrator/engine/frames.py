"""The Engine's stream format: every piece of output has an 8-byte head.

One byte for the stream (1 stdout, 2 stderr), three empty, four for the length, big-endian
(Engine API, "Attach to a container", Stream format). Containers with a terminal have no
heads; Longshore makes none with one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Literal

StreamName = Literal["stdout", "stderr"]

HEAD = struct.Struct(">BxxxL")
STDERR = 2


class Demultiplexer:
    """Turns the bytes of a stream, cut anywhere, into (stream, bytes) pieces."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[StreamName, bytes]]:
        """Yield the complete frames that `data` finishes."""
        self._rest += data
        while len(self._rest) >= HEAD.size:
            stream, length = HEAD.unpack_from(self._rest)
            end = HEAD.size + length
            if len(self._rest) < end:
                return
            piece = bytes(self._rest[HEAD.size : end])
            del self._rest[:end]
            yield ("stderr" if stream == STDERR else "stdout"), piece


class LineSplitter:
    """Joins the pieces of each stream into lines, without line ends."""

    def __init__(self) -> None:
        self._rest: dict[StreamName, bytes] = {"stdout": b"", "stderr": b""}

    def feed(self, stream: StreamName, piece: bytes) -> Iterator[str]:
        """Yield the lines of `stream` that `piece` completes."""
        *lines, self._rest[stream] = (self._rest[stream] + piece).split(b"\n")
        for line in lines:
            yield _text(line)

    def finish(self) -> Iterator[tuple[StreamName, str]]:
        """Yield what the streams ended with, where no line end came."""
        for stream, rest in self._rest.items():
            if rest:
                yield stream, _text(rest)
        self._rest = {"stdout": b"", "stderr": b""}


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode(errors="replace")
