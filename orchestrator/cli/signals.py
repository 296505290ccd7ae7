"""SIGINT and SIGTERM: an orderly stop first, an immediate one when insisted upon.

GitHub cancels a job with SIGINT, SIGTERM about 7.5 s later and SIGKILL 2.5 s after that
(fine print 15). So without a terminal a second signal changes nothing, and a timer ends
the process before the third. With a terminal the second signal is a person who insists.

Everything happens in a thread that reads signal numbers from a socket. A Python signal
handler runs in the main thread between any two instructions, where a lock it needs may be
held already: setting a `threading.Event` there can deadlock.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode

ORDERLY_STOP = 7.0
"""Seconds an orderly stop may take where there is no terminal."""
ANNOUNCEMENT = 0.5
"""Seconds that telling of the stop may delay it at most."""
LAST_WORDS = 1.0
"""Seconds of those that telling the end may take at most."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class SignalWatch:
    """Watches from `start` to `stop`. To be used from the main thread.

    `announce(name, message)` tells of the first signal; `last_words()` is called, in a
    thread of its own, before the process is ended at once.
    """

    def __init__(
        self,
        cancel: Cancellation,
        *,
        terminal: bool,
        announce: Callable[[str, str], None],
        last_words: Callable[[], None],
    ) -> None:
        self._cancel = cancel
        self._terminal = terminal
        self._announce = announce
        self._last_words = last_words
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._thread = threading.Thread(target=self._watch, name="signals", daemon=True)
        self._before: dict[signal.Signals, object] = {}
        self._terminal_state = terminal_state() if terminal else None

    def start(self) -> None:
        self._thread.start()
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            self._before[number] = signal.signal(number, _noticed)

    def stop(self) -> None:
        """Give the signals back to whoever had them. Calling it twice is safe."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._before:
            signal.set_wakeup_fd(-1)
        self._before = {}
        self._writer.close()
        self._thread.join(LAST_WORDS)

    def _watch(self) -> None:
        deadline: float | None = None
        while True:
            if deadline is not None:
                self._reader.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                received = self._reader.recv(1)
            except TimeoutError:
                self._stop_now()
                return
            if not received:
                self._reader.close()
                return
            if not self._cancel.requested:
                if not self._terminal:
                    deadline = time.monotonic() + ORDERLY_STOP - LAST_WORDS
                # Told before it is done, so that it is not overtaken by the run's last event;
                # in a thread, so that a reader who has stalled does not hold up the stop.
                name = signal.Signals(received[0]).name
                briefly(partial(self._announce, name, self._message()), ANNOUNCEMENT)
                self._cancel.request()
            elif self._terminal:
                self._stop_now()

    def _message(self) -> str:
        if self._terminal:
            return "stopping at the next safe point; once more to stop now"
        return f"stopping at the next safe point, within {ORDERLY_STOP:.0f} s"

    def _stop_now(self) -> None:
        """End the process: the journal has every intention already, so a later run goes
        on from here. Threads that hang are no reason to stay."""
        briefly(self._last_words, LAST_WORDS)
        if self._terminal_state is not None:
            restore_terminal(self._terminal_state)
        os._exit(ExitCode.INTERRUPTED)


def briefly(action: Callable[[], None], seconds: float) -> None:
    """Do it in a thread, and wait for it that long at most."""
    doing = threading.Thread(target=action, daemon=True)
    doing.start()
    doing.join(seconds)


def _noticed(number: int, frame: FrameType | None) -> None:
    """Do nothing: that there is a handler makes the wakeup socket receive the number."""


def terminal_state() -> list[object] | None:
    """Return the terminal's modes (raw, echo), or None when stdin is no terminal."""
    if not sys.stdin or not sys.stdin.isatty():
        return None
    import termios

    return list(termios.tcgetattr(sys.stdin.fileno()))


def restore_terminal(state: list[object]) -> None:
    """Put the terminal's modes back and show the cursor, which live output hides."""
    import termios

    termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, state)  # type: ignore[arg-type]
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), b"\x1b[?25h\r\n")
