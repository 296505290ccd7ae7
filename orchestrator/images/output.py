"""A build's output as lines, the last of them kept for the error."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

KEPT_LINES = 20
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class BuildOutputTail:
    """Passes lines on and remembers the last ones and the step they belong to."""

    def __init__(self, on_output: Callable[[str], None], step: re.Pattern[str]) -> None:
        self._on_output = on_output
        self._step = step
        self._rest = ""
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.step = ""

    @property
    def last_lines(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def add(self, text: str) -> None:
        """Take more output, cut anywhere."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._line(line)

    def finish(self) -> None:
        """Take the rest as a line."""
        rest, self._rest = self._rest, ""
        self._line(rest)

    def _line(self, line: str) -> None:
        shown = ESCAPES.sub("", line).rstrip()
        if not shown:
            return
        if self._step.match(shown):
            self.step = shown
        self._lines.append(shown)
        self._on_output(shown)
