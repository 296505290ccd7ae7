"""A run in a terminal: the plan, live lines while it runs, the URLs, the summary."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich import live
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from orchestrator.reporting import doctor
from orchestrator.reporting import events as ev
from orchestrator.reporting.live.board import Board, Task
from orchestrator.reporting.live.plan_tree import plan_tree
from orchestrator.reporting.phrases import CHECKS, clean, duration, tally, work
from orchestrator.reporting.sink import Envelope
from orchestrator.reporting.status import StatusReport, table

REFRESHES_PER_SECOND = 10
MARKS = {"done": "✓", "failed": "✗", "note": "·", "warning": "!"}
ASCII_MARKS = {"done": "*", "failed": "x", "note": "-", "warning": "!"}


class Live:
    """Draws the run. What is finished scrolls up as ordinary text; only what is running
    is redrawn, and only while something runs."""

    def __init__(
        self, console: Console, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        unicode = console.encoding.startswith("utf")
        self._marks = MARKS if unicode else ASCII_MARKS
        self._monotonic = monotonic
        self._origin = monotonic()
        self._board = Board(
            clock=lambda: monotonic() - self._origin, spinner="dots" if unicode else "line"
        )
        self._live: live.Live | None = None
        self._title = "plan"
        self._urls: list[ev.UrlReady] = []

    def render(self, envelope: Envelope) -> None:
        # One scale for the events' times and for the clock of the lines that run.
        self._origin = self._monotonic() - envelope.elapsed
        self._show(envelope.event, envelope.elapsed)
        if self._board.busy:
            self._animate()
        else:
            self.pause()

    def pause(self) -> None:
        """Take the live lines off the screen, for a question say. They come back with the
        next event while something runs."""
        if self._live:
            self._live.stop()
            self._live = None

    def close(self) -> None:
        self.pause()
        self._show_urls()

    def _animate(self) -> None:
        if not self._live:
            self._live = live.Live(
                self._board,
                console=self._console,
                refresh_per_second=REFRESHES_PER_SECOND,
                transient=True,
                # The streams stay as they are: only this renderer writes to the terminal.
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _show(self, event: ev.Event, elapsed: float) -> None:
        match event:
            case ev.RunStarted():
                self._title = clean(f"{event.command} {event.project}/{event.environment}")
            case ev.PlanReady():
                self._show_plan(event)
            case ev.OperationStarted(id, kind, subject, machine, detail):
                title = clean(kind if subject == machine else f"{kind} {subject}")
                self._board.start(Task(id, machine or "", title, elapsed, detail))
            case ev.OperationProgress(id, _, _, message, done, total, unit):
                self._board.update(id, message, done, total, unit)
            case ev.OperationFinished():
                self._board.end(event.id)
                note = "" if event.changed or event.kind in CHECKS else "unchanged"
                self._scroll(
                    "done",
                    event.machine,
                    work(event.kind, event.subject, None),
                    note,
                    event.seconds,
                )
            case ev.OperationFailed():
                self._board.end(event.id)
                self._show_failure(event)
            case ev.StepReported(machine, step, status, seconds):
                self._board.mention(step, machine=machine)
                if status in ("changed", "failed"):
                    mark = "note" if status == "changed" else "failed"
                    self._scroll(mark, machine, step, "" if mark == "note" else status, seconds)
            case ev.BuildOutput(service, line):
                self._board.mention(line, title_end=f" {service}")
            case ev.ServiceLog(machine, service, line):
                self._console.print(Text.from_ansi(f"{machine} {service} | {line}"))
            case StatusReport():
                self._print(Text("\n".join(table(event, self._console.width))))
            case doctor.DoctorReport():
                self._print(Text("\n".join(doctor.table(event, self._console.width))))
            case ev.UrlReady():
                self._urls.append(event)
            case ev.Stopping():
                self._say("warning", event.message)
            case ev.RunFinished():
                self._show_end(event)
            case _:
                self._show_decision(event)

    def _show_decision(self, event: ev.Event) -> None:
        match event:
            case ev.Warned(message, advice):
                self._say("warning", message, advice)
            case ev.Notice(message):
                self._say("note", message)
            case ev.Retrying(where, reason, attempt, wait):
                again = f"try {attempt} failed, again in {wait:.1f}s"
                self._say("note", f"{where}: {reason}", again)
            case ev.Fallback(what, instead, reason):
                self._say("note", f"{instead} instead of {what}", reason)
            case ev.Skipped(what, reason):
                self._say("note", f"skipped {what}", reason)
            case ev.MachineAdopted(machine, id, reason):
                self._say("note", f"adopted machine {machine} ({id})", reason)
            case _:
                self._say("note", event.type)

    def _show_plan(self, plan: ev.PlanReady) -> None:
        if plan.changes_something:
            self._print(plan_tree(plan, self._title))
        for warning in plan.warnings:
            self._say("warning", warning)
        self._print(Text(tally(plan).capitalize() + ".", style="bold" if not plan.empty else ""))

    def _show_failure(self, event: ev.OperationFailed) -> None:
        what = work(event.kind, event.subject, None)
        self._scroll("failed", event.machine, what, "failed", event.seconds)
        parts: list[RenderableType] = [Text(clean(event.message), style="bold")]
        if event.details:
            parts.append(Text("\n".join(clean(line) for line in event.details), style="dim"))
        if event.advice:
            parts.append(Text(clean(event.advice), style="yellow"))
        title = Text(work(event.kind, event.subject, event.machine))
        self._print(Panel(Group(*parts), title=title, title_align="left", border_style="red"))

    def _show_urls(self) -> None:
        if not self._urls:
            return
        grid = Table.grid(padding=(0, 2))
        for url in self._urls:
            # Kept whole however narrow the terminal: a folded URL cannot be clicked.
            link = Text(clean(url.url), style="cyan", no_wrap=True, overflow="ignore")
            grid.add_row(Text(clean(url.service), style="bold"), clean(url.machine), link)
        self._urls = []
        self._print(grid)

    def _show_end(self, event: ev.RunFinished) -> None:
        self.pause()
        self._show_urls()
        mark, style = {
            "done": ("done", "bold green"),
            "no-changes": ("done", "bold green"),
            "failed": ("failed", "bold red"),
            "interrupted": ("warning", "bold yellow"),
        }[event.outcome]
        words = event.outcome.replace("-", " ")
        self._print(Text(f"{self._marks[mark]} {words} in {duration(event.seconds)}", style=style))

    def _scroll(self, mark: str, machine: str | None, what: str, note: str, seconds: float) -> None:
        styles = {"done": "green", "failed": "bold red", "note": "dim"}
        text = Text.assemble(
            (f"{self._marks[mark]} ", styles[mark]), (f"{clean(machine or '-'):<8} ", "bold")
        )
        text.append(clean(what), style="dim" if mark == "note" else "")
        if note:
            text.append(f"  {note}", style="bold red" if mark == "failed" else "dim")
        text.append(f"  {duration(seconds)}", style="dim")
        self._print(text)

    def _say(self, mark: str, message: str, detail: str = "") -> None:
        style = "yellow" if mark == "warning" else "dim"
        text = Text(f"{self._marks[mark]} {clean(message)}", style=style)
        if detail:
            text.append(f" ({clean(detail)})" if mark == "note" else f"; {clean(detail)}")
        self._print(text)

    def _print(self, what: RenderableType) -> None:
        self._console.print(what, highlight=False)
