"""For programs: one JSON object per line, fields as in `docs/events.md`."""

from __future__ import annotations

import dataclasses
import json
from typing import TextIO

from orchestrator.reporting.sink import Envelope


class JsonLines:
    """Writes each event as soon as it comes. `type` and `time` come first in each object."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def render(self, envelope: Envelope) -> None:
        self._out.write(encode(envelope) + "\n")
        self._out.flush()

    def close(self) -> None:
        self._out.flush()


def encode(envelope: Envelope) -> str:
    """Return the event as one line of ASCII JSON; `time` is UTC with milliseconds."""
    time = envelope.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = {"type": envelope.event.type, "time": time, **dataclasses.asdict(envelope.event)}
    return json.dumps(fields)
