"""Lines of output that something else wrote and that Longshore passes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from orchestrator.reporting.events.base import Event


@dataclass(frozen=True)
class ServiceLog(Event):
    """One line a container wrote, without its line end."""

    type: ClassVar[str] = "service-log"

    machine: str
    service: str
    line: str
    stream: Literal["stdout", "stderr"] = "stdout"


@dataclass(frozen=True)
class BuildOutput(Event):
    """One line of an image build, without its line end."""

    type: ClassVar[str] = "build-output"

    service: str
    line: str
