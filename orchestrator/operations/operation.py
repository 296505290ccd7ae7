"""The shape of an operation: data until the runner applies it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.reporting.events import PlannedChange


@dataclass(frozen=True, kw_only=True)
class Operation(ABC):
    """One step of a plan.

    `needs` holds the ids of operations that must have ended well before this one starts.
    Everything else an operation knows are its own fields; results that only exist while
    running (an image id, an address) go through the context.
    """

    kind: ClassVar[str]

    needs: frozenset[str] = field(default=frozenset())

    @property
    @abstractmethod
    def subject(self) -> str:
        """What it is about, in one word for a person."""

    @property
    def machine(self) -> str | None:
        """The machine it works on, or None when it belongs to none."""
        return None

    @property
    def id(self) -> str:
        """Unique in a plan and the same in every run that plans the same step."""
        return f"{self.kind}:{self.machine or ''}:{self.subject}"

    @property
    def detail(self) -> str:
        """A few more words for a person; empty when the subject says it all."""
        return ""

    def describe(self) -> PlannedChange | None:
        """The line of the plan this step stands for, or None when it is part of another."""
        return None

    @abstractmethod
    def apply(self, context: Context) -> bool:
        """Do it and say whether anything was changed. Safe to repeat after a crash at any
        line. Raises LongshoreError or CloudError."""
