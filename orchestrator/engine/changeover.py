"""The short time in which neither the old container nor the new one is known to be well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestrator.engine import containers
from orchestrator.engine.errors import (
    EngineError,
    EngineUnreachableError,
    NotBroughtBackError,
    NotThereError,
)
from orchestrator.engine.inspection import inspect
from orchestrator.engine.steps import UNINTERRUPTED, OnStep
from orchestrator.errors import Interrupted, LongshoreError

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import Engine
    from orchestrator.engine.labels import ContainerNames

HURRY = 2
"""Seconds a container still has to end when a stop is asked for meanwhile: the old one can
run again only after that, and without a terminal the whole stop may take seven."""


@dataclass
class ChangeOver:
    """From the old container, and others that are in the way, to the new one, or back.

    `was` says whether the old one was going; None when there was none. `displaced` are
    containers of other services that hold what the new one needs (a port, a volume).
    """

    engine: Engine
    names: ContainerNames
    was: bool | None
    displaced: Sequence[str]
    on_step: OnStep
    stopped: list[str] = field(default_factory=list)

    def go(self, new: str, cancel: Cancellation) -> None:
        """Stop what is in the way and start the new one. Raises EngineError, and
        Interrupted between two calls."""
        cancel.check()
        if self.was is not None:
            self._stop(self.names.current)
            with self.engine.uninterrupted(UNINTERRUPTED):
                containers.rename(self.engine, self.names.current, self.names.previous)
        for name in self.displaced:
            if active(self.engine, name):
                self.stopped.append(name)
                self._stop(name)
        cancel.check()
        with self.engine.uninterrupted(UNINTERRUPTED):
            self.on_step("starting", self.names.next)
            containers.start(self.engine, new)

    def _stop(self, name: str) -> None:
        """Stop it, and on Interrupted see its end all the same: the Engine would end it
        after it was thought to be back."""
        self.on_step("stopping the old one", name)
        try:
            containers.stop(self.engine, name)
        except Interrupted:
            with self.engine.uninterrupted(UNINTERRUPTED):
                containers.stop(self.engine, name, within=HURRY)
            raise

    def give_up(self, error: LongshoreError) -> None:
        """Go back because of `error`: what was going goes again. What fails now is told
        with it, and raised (NotBroughtBackError) instead of it when it is that a stop was
        asked for, which promises that nothing is lost."""
        interrupted = isinstance(error, Interrupted)
        try:
            with self.engine.uninterrupted(UNINTERRUPTED):
                self._go_back(keep=not interrupted)
        except LongshoreError as second:
            lost = NotBroughtBackError(self.engine.name, self.names.current, second.message)
            if interrupted:
                raise lost from error
            error.advice = f"{lost.message}; {lost.advice}"

    def _go_back(self, *, keep: bool) -> None:
        """Free the new one's ports and volumes, then let the old ones run again that did."""
        engine, names = self.engine, self.names
        if keep:
            self.on_step("keeping the failed one", names.failed)
            containers.retire(engine, names.next)
            containers.remove(engine, names.failed)
            containers.rename(engine, names.next, names.failed)
        else:
            containers.remove(engine, names.next)
        if self.was is not None:
            self._bring_back()
        for name in self.stopped:
            self.on_step("starting the old one again", name)
            start_if_possible(engine, name, self.on_step)

    def _bring_back(self) -> None:
        engine, names = self.engine, self.names
        if self.was:
            self.on_step("starting the old one again", names.current)
        if active(engine, names.previous) is not None:
            # Started before it is renamed: killed in between, the name still tells what is to do.
            if self.was:
                containers.start(engine, names.previous)
            containers.rename(engine, names.previous, names.current)
        elif self.was:
            containers.start(engine, names.current)


def start_if_possible(engine: Engine, name: str, on_step: OnStep) -> None:
    """Start what was stopped. Where that cannot be (its port is taken by now, say) the
    repair goes on, and says so. Raises EngineUnreachableError."""
    try:
        containers.start(engine, name)
    except EngineUnreachableError:
        raise
    except EngineError as error:
        on_step("recovered", f"{name} stays stopped: {error.words}")


def active(engine: Engine, name: str) -> bool | None:
    """Whether the container of that name is going; None when there is none."""
    try:
        return inspect(engine, name).active
    except NotThereError:
        return None
