"""Reading from a call that cannot be cut off, and still stopping when asked to."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from orchestrator.errors import LongshoreError

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation

T = TypeVar("T")

LOOK_AT_CANCEL = 0.2
"""Seconds between looks at a request to stop while nothing comes."""


class _End(Generic[T]):
    """The source has ended: well, with an error, or with one that nobody foresaw."""

    def __init__(self) -> None:
        self.error: LongshoreError | None = None
        self.foreseen = False


def interruptible(start: Callable[[], Iterable[T]], cancel: Cancellation) -> Iterator[T]:
    """Yield what `start()` yields, read in a thread of its own, and raise Interrupted as
    soon as a stop is asked for; the thread then ends with the process. `start` may raise
    LongshoreError, before or while it yields."""
    incoming: queue.Queue[T | _End[T]] = queue.Queue()

    def read() -> None:
        end = _End[T]()
        try:
            for item in start():
                incoming.put(item)
            end.foreseen = True
        except LongshoreError as error:
            end.error, end.foreseen = error, True
        finally:
            incoming.put(end)

    threading.Thread(target=read, daemon=True).start()
    while True:
        cancel.check()
        try:
            item = incoming.get(timeout=LOOK_AT_CANCEL)
        except queue.Empty:
            continue
        if not isinstance(item, _End):
            yield item
        elif item.error is not None:
            raise item.error
        elif not item.foreseen:
            raise RuntimeError("the reading thread ended by an error it did not foresee")
        else:
            return
