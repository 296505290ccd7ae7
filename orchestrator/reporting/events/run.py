"""The frame of a run: how it began, what it intends, where the result is, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from orchestrator.reporting.events.base import Event

Action = Literal["create", "update", "delete", "none"]
Outcome = Literal["done", "no-changes", "failed", "interrupted"]


@dataclass(frozen=True)
class RunStarted(Event):
    """A command begins, its project file read. Emitted once, before any call to a cloud."""

    type: ClassVar[str] = "run-started"

    command: str
    project: str
    environment: str
    version: str


@dataclass(frozen=True)
class PlannedChange:
    """One line of a plan. `action` "none" is something that already is as wanted."""

    action: Action
    kind: str
    """What it is, in one word: machine, firewall, image, container, ..."""
    subject: str
    """Its name."""
    target: str | None = None
    machine: str | None = None
    detail: str = ""
    """For people: type and region, or old and new value."""


@dataclass(frozen=True)
class PlanReady(Event):
    """The plan, complete and in the order it would run. Nothing has been changed yet."""

    type: ClassVar[str] = "plan-ready"

    changes: tuple[PlannedChange, ...]
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Machines that exist and could not be asked what runs on them."""

    @property
    def changes_something(self) -> bool:
        """Whether applying the plan would change anything, as far as is known."""
        return any(change.action != "none" for change in self.changes)

    @property
    def empty(self) -> bool:
        """Whether everything is known and applying the plan would change nothing."""
        return not self.changes_something and not self.unknown


@dataclass(frozen=True)
class UrlReady(Event):
    """A published service answers here, as seen from where Longshore runs."""

    type: ClassVar[str] = "url-ready"

    service: str
    machine: str
    url: str


@dataclass(frozen=True)
class Stopping(Event):
    """A signal asked for an orderly stop; `signal` is its name, such as SIGINT."""

    type: ClassVar[str] = "stopping"

    signal: str
    message: str


@dataclass(frozen=True)
class RunFinished(Event):
    """The last event of every run. `exit_code` is the process's own (docs/exit-codes.md);
    `message` and `advice` are set when the run failed or was interrupted."""

    type: ClassVar[str] = "run-finished"

    outcome: Outcome
    seconds: float
    exit_code: int
    message: str = ""
    advice: str = ""
