"""A buffer that keeps the end of what goes in."""

from __future__ import annotations

from collections import deque


class BoundedBuffer:
    """Keeps at most about `limit` bytes, the latest; counts what it dropped.

    The end is what errors show, and a command whose output matters whole is given a limit
    above it. Whole chunks are dropped, so the kept part may begin in mid-line.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self.dropped = 0

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        while self._size > self._limit and len(self._chunks) > 1:
            gone = self._chunks.popleft()
            self._size -= len(gone)
            self.dropped += len(gone)

    def value(self) -> bytes:
        return b"".join(self._chunks)
