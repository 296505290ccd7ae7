"""The live region: one line per machine that is busy, drawn from what is known now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.constrain import Constrain
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from orchestrator.reporting.phrases import amount, clean

WIDE = 100
"""Columns from which the progress bar gets more room."""
BAR = {False: 12, True: 24}
MARGIN = 4
"""Columns left free at the right: a terminal echoes Ctrl-C as `^C` where the cursor is, and
on a full line that would start a new one, which rich does not know of."""
RESERVED_LINES = 4
"""Lines of the terminal's height that the region leaves to what scrolls above it."""


@dataclass
class Task:
    """An operation that is running, as one line shows it."""

    id: str
    machine: str
    title: str
    began: float
    message: str = ""
    done: int | None = None
    total: int | None = None
    unit: str = "bytes"


@dataclass
class Board:
    """What is running. Written by the renderer, read by rich's refreshing thread."""

    clock: Callable[[], float]
    """Seconds of the run, on the scale of `Task.began`."""
    spinner: str
    """The name of one of rich's spinners."""
    _tasks: dict[str, Task] = field(default_factory=dict)
    _order: dict[str, int] = field(default_factory=dict)
    """Each line's place, given at its first appearance so that lines never change places."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        # One for all lines: a spinner starts at its first drawing, so a new one never turns.
        self._turning = Spinner(self.spinner, style="cyan")

    def start(self, task: Task) -> None:
        with self._lock:
            self._tasks[task.id] = task
            self._order.setdefault(_line_of(task), len(self._order))

    def update(self, id: str, message: str, done: int | None, total: int | None, unit: str) -> None:
        with self._lock:
            if task := self._tasks.get(id):
                task.message, task.done, task.total, task.unit = message, done, total, unit

    def mention(self, message: str, *, machine: str = "", title_end: str = "") -> None:
        """Show `message` on the lines of a machine, or of the tasks on one subject."""
        with self._lock:
            for task in self._tasks.values():
                if (machine and task.machine == machine) or (
                    title_end and task.title.endswith(title_end)
                ):
                    task.message, task.done, task.total = message, None, None

    def end(self, id: str) -> None:
        with self._lock:
            self._tasks.pop(id, None)

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = options.max_width >= WIDE
        with self._lock:
            rows = self._rows()
            room = max(1, (options.height or console.height) - RESERVED_LINES)
            names = min(20 if wide else 14, max((len(task.machine) for task, _ in rows), default=1))
            shown = [self._line(task, others, names, wide) for task, others in rows[:room]]
        for line in shown:
            yield Constrain(line, max(1, options.max_width - MARGIN))
        if len(rows) > room:
            yield Text(f"  and {len(rows) - room} more machines", style="dim")

    def _rows(self) -> list[tuple[Task, int]]:
        """Return each machine's newest task and how many others run on it, in an order
        that stays; work that belongs to no machine has a line per task."""
        rows: dict[str, tuple[Task, int]] = {}
        for task in self._tasks.values():
            key = _line_of(task)
            rows[key] = (task, rows[key][1] + 1 if key in rows else 0)
        return [rows[key] for key in sorted(rows, key=self._order.__getitem__)]

    def _line(self, task: Task, others: int, names: int, wide: bool) -> Table:
        text = Text(task.title)
        if task.message:
            text.append(f"  {clean(task.message)}", style="dim")
        if others:
            text.append(f"  and {others} more", style="dim")
        line = Table.grid(padding=(0, 1), expand=True)
        line.add_column(width=1)
        line.add_column(width=max(1, names), no_wrap=True, overflow="ellipsis")
        line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        line.add_column(no_wrap=True, justify="right")
        line.add_column(no_wrap=True, justify="right", min_width=5)
        line.add_row(
            self._turning,
            Text(task.machine or "-", style="bold"),
            text,
            _meter(task, wide),
            Text(_clock_face(self.clock() - task.began), style="cyan"),
        )
        return line


def _line_of(task: Task) -> str:
    return task.machine or f"\0{task.id}"


def _meter(task: Task, wide: bool) -> Table | Text:
    count = amount(task.done, task.total, task.unit)
    if task.done is None or not task.total:
        return Text(count)
    meter = Table.grid(padding=(0, 1))
    meter.add_column(width=BAR[wide])
    meter.add_column(no_wrap=True, justify="right")
    meter.add_row(ProgressBar(total=task.total, completed=task.done, width=BAR[wide]), count)
    return meter


def _clock_face(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
