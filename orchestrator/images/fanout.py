"""One source of bytes read once, by several readers at their own pace, in bounded memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator

AHEAD = 8
"""Pieces (of a megabyte each) that the fastest reader may be ahead of the slowest."""
LOOK = 0.2
"""Seconds between looks at whether the other side still wants to go on."""


class SourceFailedError(OSError):
    """The source ended early: what was read is not the whole."""


class Outlet:
    """One reader's end. An iterable of the pieces, to be read by one thread."""

    def __init__(self, on_piece: Callable[[int], None]) -> None:
        self._pieces: queue.Queue[bytes | None] = queue.Queue(AHEAD)
        self._closed = threading.Event()
        self._on_piece = on_piece

    def put(self, piece: bytes | None, check: Callable[[], None]) -> None:
        """Hand a piece over (None: that was all), waiting while the reader is behind; a
        reader that has gone is not waited for. `check` may end the wait by raising."""
        while not self._closed.is_set():
            check()
            try:
                self._pieces.put(piece, timeout=LOOK)
            except queue.Full:
                continue
            return

    def close(self) -> None:
        """Nobody reads here any more, or nothing more comes. Safe to call again."""
        self._closed.set()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            try:
                piece = self._pieces.get(timeout=LOOK)
            except queue.Empty:
                if self._closed.is_set():
                    raise SourceFailedError("the source ended before all was read") from None
                continue
            if piece is None:
                return
            yield piece
            self._on_piece(len(piece))


def pour(source: Iterable[bytes], outlets: Iterable[Outlet], *, check: Callable[[], None]) -> None:
    """Read `source` once and give every piece to every outlet. When it fails, or `check`
    raises, outlets are closed unfinished, so that no reader takes a part for the whole, and
    the error goes on."""
    all_outlets = tuple(outlets)
    whole = False
    try:
        for piece in source:
            for outlet in all_outlets:
                outlet.put(piece, check)
        for outlet in all_outlets:
            outlet.put(None, check)
        whole = True
    finally:
        if not whole:
            for outlet in all_outlets:
                outlet.close()
