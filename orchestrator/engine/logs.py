"""What containers wrote: the last lines, or everything as it comes, of several machines."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.engine.frames import Demultiplexer, LineSplitter, StreamName
from orchestrator.errors import Interrupted, LongshoreError

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import DockerApi, Engine
    from orchestrator.engine.stream import EngineStream

WAITING_LINES = 1000
"""Lines read ahead of a slow reader; then the containers' output waits in the Engine."""

READER_ENDS = 5.0
"""Seconds a reading thread may take to see that its stream was cut off."""

LOOK_AT_CANCEL = 0.2
"""Seconds between looks at a request to stop while no line comes."""


@dataclass(frozen=True)
class LogSource:
    """One container to read. `service` and the Engine's name become the line's prefix."""

    engine: Engine
    container: str
    service: str


@dataclass(frozen=True)
class LogLine:
    machine: str
    service: str
    stream: StreamName
    text: str

    def __str__(self) -> str:
        return f"{self.machine} {self.service} | {self.text}"


def tail(engine: DockerApi, container: str, *, lines: int) -> tuple[str, ...]:
    """The last lines of both streams, in the order written. Raises NotThereError."""
    with engine.calling(f"read the log of {container}"):
        raw = engine.api.logs(container, tail=lines, stream=False)
    return tuple(raw.decode(errors="replace").splitlines())


def read_logs(
    sources: Sequence[LogSource], *, lines: int, follow: bool, cancel: Cancellation
) -> Iterator[LogLine]:
    """Yield the last `lines` of each source and, with `follow`, what comes after, until the
    containers end, the reader stops, or a stop is asked for (which ends it quietly: there is
    nothing to undo). One source's lines stay in order. Raises the first EngineError."""
    incoming: queue.Queue[LogLine | LongshoreError | None] = queue.Queue(WAITING_LINES)
    stopped = threading.Event()
    with ExitStack() as at_the_end:
        for source in sources:
            stream = at_the_end.enter_context(
                source.engine.stream(
                    f"read the log of {source.service}",
                    "GET",
                    f"/containers/{source.container}/logs?stdout=1&stderr=1"
                    f"&tail={lines}&follow={int(follow)}",
                )
            )
            reader = threading.Thread(
                target=_pump, args=(source, stream, incoming, stopped), daemon=True
            )
            reader.start()
            # Undone in the opposite order: the stream is closed when nobody reads it.
            at_the_end.callback(reader.join, READER_ENDS)
            at_the_end.callback(stream.cut_off)
            at_the_end.callback(stopped.set)
        left = len(sources)
        while left and not cancel.requested:
            try:
                item = incoming.get(timeout=LOOK_AT_CANCEL)
            except queue.Empty:
                continue
            if item is None:
                left -= 1
            elif isinstance(item, Interrupted):
                return
            elif isinstance(item, LongshoreError):
                raise item
            else:
                yield item


def _pump(
    source: LogSource,
    stream: EngineStream,
    incoming: queue.Queue[LogLine | LongshoreError | None],
    stopped: threading.Event,
) -> None:
    """Read one stream to its end, in a thread of its own."""
    try:
        with source.engine.calling(f"read the log of {source.service}"):
            for name, text in _lines(stream):
                _put(incoming, LogLine(source.engine.name, source.service, name, text), stopped)
                if stopped.is_set():
                    return
    except LongshoreError as error:
        _put(incoming, error, stopped)
    else:
        _put(incoming, None, stopped)


def _put(
    incoming: queue.Queue[LogLine | LongshoreError | None],
    item: LogLine | LongshoreError | None,
    stopped: threading.Event,
) -> None:
    """Hand over, waiting for a slow reader but not for one that has left."""
    while not stopped.is_set():
        try:
            incoming.put(item, timeout=LOOK_AT_CANCEL)
        except queue.Full:
            continue
        return


def _lines(stream: EngineStream) -> Iterator[tuple[StreamName, str]]:
    frames, splitter = Demultiplexer(), LineSplitter()
    while piece := stream.read():
        for name, data in frames.feed(piece):
            for text in splitter.feed(name, data):
                yield name, text
    yield from splitter.finish()
