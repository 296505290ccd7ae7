"""What Longshore decided on its own, each with its reason: silence is a bug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.reporting.events.base import Event


@dataclass(frozen=True)
class Retrying(Event):
    """A try failed and will be repeated. `attempt` is the one that failed, from 1; `wait`
    is in seconds."""

    type: ClassVar[str] = "retrying"

    where: str
    reason: str
    attempt: int
    wait: float


@dataclass(frozen=True)
class Fallback(Event):
    """One way was given up for another."""

    type: ClassVar[str] = "fallback"

    what: str
    instead: str
    reason: str


@dataclass(frozen=True)
class Skipped(Event):
    """Something that could have been done was left out."""

    type: ClassVar[str] = "skipped"

    what: str
    reason: str


@dataclass(frozen=True)
class Notice(Event):
    """Worth knowing, nothing to do."""

    type: ClassVar[str] = "notice"

    message: str


@dataclass(frozen=True)
class Warned(Event):
    """Worth acting on, although the run goes on."""

    type: ClassVar[str] = "warned"

    message: str
    advice: str = ""


@dataclass(frozen=True)
class MachineAdopted(Event):
    """A machine that carries our tags but was not in the local state is ours again. `id`
    is the cloud's."""

    type: ClassVar[str] = "machine-adopted"

    machine: str
    id: str
    reason: str
