"""For logs: stable lines that grep finds, with the seconds since the start before each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TextIO

from orchestrator.reporting import doctor
from orchestrator.reporting import events as ev
from orchestrator.reporting.phrases import CHECKS, SIGNS, amount, clean, tally, work
from orchestrator.reporting.sink import Envelope
from orchestrator.reporting.status import StatusReport, table

PROGRESS_EVERY = 10.0
"""Seconds between two lines about the same step of the same operation."""

FRAME = (ev.RunStarted, ev.RunFinished, ev.Stopping)
"""What is left out where only the answer is wanted."""

Lines = Iterator[tuple[str, str]]


class Plain:
    """Writes one line per event, more for a plan or for a failure with details.

    With `narrate` the frame of the run is told too. Without it (`status`, `logs`) `out`
    gets the answer alone, and what happened on the way goes to `err`.
    """

    def __init__(self, out: TextIO, *, err: TextIO | None = None, narrate: bool = True) -> None:
        self._out = out
        self._aside = out if narrate or err is None else err
        self._narrate = narrate
        self._progress: dict[str, tuple[str, float]] = {}

    def render(self, envelope: Envelope) -> None:
        event = envelope.event
        if isinstance(event, ev.ServiceLog):
            self._out.write(f"{event.machine} {event.service} | {event.line}\n")
        elif isinstance(event, StatusReport):
            self._out.writelines(f"{line}\n" for line in table(event, self._width()))
        elif isinstance(event, doctor.DoctorReport):
            self._out.writelines(f"{line}\n" for line in doctor.table(event, self._width()))
        elif self._tells(event, envelope.elapsed):
            for word, text in lines(event):
                self._aside.write(f"{envelope.elapsed:8.1f}s {word:<9} {text}".rstrip() + "\n")
        self._out.flush()
        self._aside.flush()

    def close(self) -> None:
        self._out.flush()

    def _width(self) -> int | None:
        """The terminal's columns; None where the output goes to a file or a pipe."""
        if not self._out.isatty():
            return None
        return shutil.get_terminal_size().columns

    def _tells(self, event: ev.Event, elapsed: float) -> bool:
        if isinstance(event, ev.OperationProgress):
            message, since = self._progress.get(event.id, ("", -PROGRESS_EVERY))
            if message == event.message and elapsed - since < PROGRESS_EVERY:
                return False
            self._progress[event.id] = (event.message, elapsed)
        return self._narrate or not isinstance(event, FRAME)


def lines(event: ev.Event) -> Lines:
    """Yield the lines of one event: a word to grep for, and the rest."""
    match event:
        case ev.PlanReady():
            yield from _plan(event)
        case ev.OperationFailed():
            yield from _failure(event)
        case _:
            yield from ((word, clean(text)) for word, text in _line(event))


def _plan(plan: ev.PlanReady) -> Lines:
    for change in plan.changes:
        if change.action != "none":
            what = work(change.kind, change.subject, change.machine)
            detail = f": {change.detail}" if change.detail else ""
            yield "plan", clean(f"{SIGNS[change.action]} {what}{detail}")
    for warning in plan.warnings:
        yield "warning", clean(warning)
    yield "planned", tally(plan)


def _failure(event: ev.OperationFailed) -> Lines:
    what = work(event.kind, event.subject, event.machine)
    yield "failed", clean(f"{what} after {event.seconds:.1f}s: {event.message}")
    for detail in event.details:
        yield "detail", f"{what} | {clean(detail)}"
    if event.advice:
        yield "advice", f"{what}: {clean(event.advice)}"


def _line(event: ev.Event) -> Lines:
    match event:
        case ev.RunStarted(command, project, environment, version):
            yield "run", f"{command} {project}/{environment}, longshore {version}"
        case ev.OperationStarted(_, kind, subject, machine, detail):
            yield "started", work(kind, subject, machine) + (f": {detail}" if detail else "")
        case ev.OperationProgress(_, subject, machine, message, done, total, unit):
            where = f"{subject} on {machine}" if machine and machine != subject else subject
            count = amount(done, total, unit)
            yield "progress", f"{where}: {message}" + (f", {count}" if count else "")
        case ev.OperationFinished(_, kind, subject, machine, seconds, changed):
            outcome = "in" if changed or kind in CHECKS else "unchanged, in"
            yield "finished", f"{work(kind, subject, machine)} {outcome} {seconds:.1f}s"
        case ev.StepReported(machine, step, status, seconds):
            yield "step", f"{machine}: {step}, {status} in {seconds:.1f}s"
        case ev.Retrying(where, reason, attempt, wait):
            yield "retry", f"{where}: {reason}; try {attempt} failed, again in {wait:.1f}s"
        case ev.Fallback(what, instead, reason):
            yield "fallback", f"{instead} instead of {what}: {reason}"
        case ev.Skipped(what, reason):
            yield "skipped", f"{what}: {reason}"
        case ev.Notice(message):
            yield "notice", message
        case ev.Warned(message, advice):
            yield "warning", message + (f"; {advice}" if advice else "")
        case ev.MachineAdopted(machine, id, reason):
            yield "adopted", f"machine {machine} ({id}): {reason}"
        case ev.UrlReady(service, machine, url):
            yield "url", f"{service} on {machine}: {url}"
        case ev.BuildOutput(service, line):
            yield "build", f"{service} | {line}"
        case ev.Stopping(signal, message):
            yield "stopping", f"{signal}: {message}"
        case ev.RunFinished(outcome, _, exit_code):
            yield "end", f"{outcome}, exit code {exit_code}"
        case _:
            # A type without wording of its own (a newer one, or one of an extension).
            yield "event", event.type
