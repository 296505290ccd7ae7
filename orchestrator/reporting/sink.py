"""Where events go: stamped, masked, then handed to every renderer in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from orchestrator.reporting.events import Event
from orchestrator.reporting.masking import Masker


class Sink(Protocol):
    """What a room needs to report: it may be called from any thread at any time."""

    def emit(self, event: Event) -> None:
        """Report `event`. Returns when every renderer has it."""

    def protect(self, secrets: Iterable[str], *, public: Iterable[str] = ()) -> None:
        """From now on show `***` in place of each of `secrets`, except those that equal a
        `public` word (project, environment, service and target names, ports). Calling it
        again adds."""

    def mask(self, text: str) -> str:
        """`text` as it may be kept: secrets out, as in every event."""


@dataclass(frozen=True)
class Envelope:
    """An event with when it was emitted: `time` in UTC, `elapsed` seconds of the run."""

    time: datetime
    elapsed: float
    event: Event


class Renderer(Protocol):
    """One audience's view of the stream. Calls never overlap; secrets are gone already."""

    def render(self, envelope: Envelope) -> None: ...

    def close(self) -> None:
        """Leave the terminal or file as it should stay. Calling it twice is safe."""


class FanOut:
    """The sink of a run. Masking sits here, before the renderers, so that none can leak."""

    def __init__(
        self,
        renderers: Sequence[Renderer],
        masker: Masker,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        on_broken_pipe: Callable[[], None] = lambda: None,
    ) -> None:
        self._renderers = tuple(renderers)
        self._on_broken_pipe = on_broken_pipe
        self._masker = masker
        self._now = now
        self._monotonic = monotonic
        self._began = monotonic()
        self._lock = threading.Lock()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self._monotonic() - self._began

    def emit(self, event: Event) -> None:
        with self._lock:
            envelope = Envelope(self._now(), self.elapsed, self._masker.mask_event(event))
            for renderer in self._renderers:
                try:
                    renderer.render(envelope)
                except BrokenPipeError:
                    self._drop(renderer)

    def protect(self, secrets: Iterable[str], *, public: Iterable[str] = ()) -> None:
        self._masker.learn(secrets, public=public)

    def mask(self, text: str) -> str:
        return self._masker.mask(text)

    def close(self) -> None:
        """Close every renderer; events that threads emit later are dropped, for the last one
        has been told. Calling it twice is safe."""
        with self._lock:
            for renderer in self._renderers:
                try:
                    renderer.close()
                except BrokenPipeError:
                    self._drop(renderer)
            self._renderers = ()

    def _drop(self, renderer: Renderer) -> None:
        """Go on without a renderer whose reader has left (`longshore up | head`): events
        come from the middle of operations, which must not die of it."""
        self._renderers = tuple(other for other in self._renderers if other is not renderer)
        self._on_broken_pipe()


class Recorder:
    """A sink that keeps the events as they were emitted, for tests and for replays."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.secrets: set[str] = set()

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def protect(self, secrets: Iterable[str], *, public: Iterable[str] = ()) -> None:
        self.secrets.update(set(secrets) - set(public))

    def mask(self, text: str) -> str:
        return Masker(self.secrets).mask(text)
