"""The user's terminal, raw for as long as a command in a container has it."""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

READ_SIZE = 4096
WHEN_UNKNOWN = (80, 24)


class Terminal:
    """A pair of file descriptors that are a terminal. Leaves them open."""

    def __init__(self, input_fd: int = 0, output_fd: int = 1) -> None:
        self._input = input_fd
        self._output = output_fd

    @property
    def is_one(self) -> bool:
        """Whether both ends are a terminal; `raw` needs it."""
        return os.isatty(self._input) and os.isatty(self._output)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Every key goes through as it is; what was set before comes back at the end."""
        before = termios.tcgetattr(self._input)
        tty.setraw(self._input, termios.TCSANOW)
        try:
            yield
        finally:
            termios.tcsetattr(self._input, termios.TCSADRAIN, before)

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            columns, rows = os.get_terminal_size(self._output)
        except OSError:
            return WHEN_UNKNOWN
        return (columns, rows) if columns and rows else WHEN_UNKNOWN

    def read(self, seconds: float) -> bytes | None:
        """What was typed; None when nothing was for `seconds`; empty at the end of input."""
        ready, _, _ = select.select([self._input], [], [], seconds)
        return os.read(self._input, READ_SIZE) if ready else None

    def write(self, data: bytes) -> None:
        """Show output."""
        while data:
            data = data[os.write(self._output, data) :]
