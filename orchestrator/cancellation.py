"""One flag that says "stop at the next safe point", seen by everything that waits."""

from __future__ import annotations

import threading
import weakref

from orchestrator.errors import Interrupted


class Cancellation:
    """Set once by a signal, checked between operations and in every wait."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._children: weakref.WeakSet[Cancellation] = weakref.WeakSet()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        """Ask for an orderly stop. Calling it again changes nothing."""
        self._event.set()
        with self._lock:
            children = list(self._children)
        for child in children:
            child.request()

    def child(self) -> Cancellation:
        """One that is requested with this one, and can be requested alone: to give up a
        part of the work and nothing else."""
        made = Cancellation()
        with self._lock:
            self._children.add(made)
        if self.requested:
            made.request()
        return made

    def check(self) -> None:
        """Raise `Interrupted` when a stop was asked for."""
        if self._event.is_set():
            raise Interrupted

    def wait(self, seconds: float) -> None:
        """Wait `seconds`, or raise `Interrupted` as soon as a stop is asked for."""
        if self._event.wait(seconds):
            raise Interrupted
