"""Which targets a run that failed has left well, and which not: told apart for the reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.execution.runner import Result
from orchestrator.operations.clean_server import CleanServer
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.planning.naming import machine_names
from orchestrator.reporting.events import Event, Notice, Warned
from orchestrator.spec.model import Project, Target

_REMOVALS = (DestroyResource, CleanServer)


@dataclass(frozen=True)
class TargetOutcome:
    """How a run ended for one target. `failed` names the steps that failed, each with its
    place where it is known; `skipped` says how many more were not begun, `staying` how much of
    what it no longer needs was not removed, since that comes after everything else."""

    target: Target
    failed: tuple[str, ...] = ()
    skipped: int = 0
    staying: int = 0

    @property
    def well(self) -> bool:
        return not self.failed and not self.skipped

    @property
    def where(self) -> str:
        """The target and its places."""
        return f"{self.target.name} ({', '.join(map(str, self.target.places))})"


def outcomes(project: Project, result: Result) -> tuple[TargetOutcome, ...]:
    """One for each target, in the project's order."""
    return tuple(_outcome(target, result) for target in project.targets)


def report(found: tuple[TargetOutcome, ...]) -> Iterator[Event]:
    """One event for each target; none where a project has one only, whose failures have been
    told."""
    if len(found) < 2:
        return
    for outcome in found:
        if outcome.well:
            yield Notice(f"target {outcome.where} is as wanted{_say_staying(outcome.staying)}")
            continue
        failed = ", ".join(outcome.failed) or "what it needs"
        more = f", {outcome.skipped} more steps not begun" if outcome.skipped else ""
        yield Warned(f"target {outcome.where} is not: {failed} failed{more}")


def summary(found: tuple[TargetOutcome, ...]) -> str:
    """The same in a few words, for the last line of a run; empty where there is one target."""
    if len(found) < 2:
        return ""
    bad = ", ".join(outcome.where for outcome in found if not outcome.well)
    good = ", ".join(outcome.where for outcome in found if outcome.well)
    parts = [f"not as wanted: {bad}" if bad else "", f"as wanted: {good}" if good else ""]
    return "; ".join(filter(None, parts))


def _outcome(target: Target, result: Result) -> TargetOutcome:
    failed = [f.operation for f in result.failures if _is_of(f.operation, target)]
    skipped = [operation for operation in result.skipped if _is_of(operation, target)]
    # Where a removal has failed itself, in `down` above all, what waits for it is a loss too.
    removing = any(isinstance(f.operation, _REMOVALS) for f in result.failures)
    staying = 0 if removing else sum(isinstance(each, DestroyResource) for each in skipped)
    return TargetOutcome(target, tuple(map(_words, failed)), len(skipped) - staying, staying)


def _say_staying(count: int) -> str:
    if not count:
        return ""
    what = (
        "one resource that it no longer needs stays"
        if count == 1
        else (f"{count} resources that it no longer needs stay")
    )
    return f"; {what} until a run succeeds"


def _is_of(operation: Operation, target: Target) -> bool:
    if isinstance(operation, PrepareTarget):
        return operation.target.name == target.name
    if isinstance(operation, DestroyResource):
        return operation.resource.target == target.name
    return operation.machine in machine_names(target)


def _words(operation: Operation) -> str:
    where = f" in {operation.place}" if isinstance(operation, PrepareTarget) else ""
    machine = operation.machine
    on = f" on {machine}" if machine and machine not in operation.subject.split() else ""
    return f"{operation.kind} {operation.subject}{on}{where}"
