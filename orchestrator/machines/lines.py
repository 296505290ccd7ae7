"""Cuts a byte stream into lines of text."""

from __future__ import annotations

from collections.abc import Callable

LONGEST = 64 * 1024
"""Bytes; a longer line is handed over in parts, so that memory stays bounded."""


class LineSplitter:
    """Feed it bytes; it calls `on_line` for each line, without its end."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._hand_over(line)
        while len(self._rest) > LONGEST:
            self._hand_over(self._rest[:LONGEST])
            self._rest = self._rest[LONGEST:]

    def end(self) -> None:
        """Hand over what came after the last line end, if anything."""
        if self._rest:
            self._hand_over(self._rest)
            self._rest = b""

    def _hand_over(self, line: bytes) -> None:
        self._on_line(line.removesuffix(b"\r").decode(errors="replace"))
