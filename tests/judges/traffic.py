"""Recorded exchanges, as the sandbox writes them, and what a judge says of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = Any


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `status` is 0 where a fault struck before there was one."""

    service: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    request: Json = None
    status: int = 200
    response: Json = None
    fault: str = ""


@dataclass(frozen=True, order=True)
class Violation:
    """What is wrong with an exchange: where (`instances.insert request.disks[0].x`) and what."""

    service: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.service}: {self.place}: {self.what}"


def read_traffic(file: Path, service: str) -> Iterator[Exchange]:
    """The exchanges of one service in a recording."""
    with file.open() as lines:
        for line in lines:
            entry = json.loads(line)
            if entry["service"] == service:
                yield Exchange(
                    service,
                    entry["method"],
                    entry["path"],
                    entry["query"],
                    entry["request"],
                    entry["status"],
                    entry["response"],
                    entry["fault"],
                )
