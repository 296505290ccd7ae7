"""Holding off a stop that is asked for, while something must not be left half done."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Hold(threading.local):
    """Of the calling thread alone: others go on hearing of a stop at once."""

    until = 0.0
    """Monotonic seconds."""

    @property
    def standing(self) -> bool:
        return time.monotonic() < self.until

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Stand until the block ends, at most `seconds`. One inside another may only make
        it longer."""
        before = self.until
        self.until = max(before, time.monotonic() + seconds)
        try:
            yield
        finally:
            self.until = before
