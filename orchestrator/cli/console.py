"""The process's one voice: it chooses the renderer, asks, and tells how the command ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol, TextIO

from orchestrator.cancellation import Cancellation
from orchestrator.cli.failures import BROKEN_PIPE, Failure
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.reporting.masking import Masker

# The stream of events and its renderers are imported where a run begins: `--help` and the
# offline commands have none, and are 40 ms faster for it.
if TYPE_CHECKING:
    from orchestrator.cli.plan_watch import PlanWatch
    from orchestrator.cli.signals import SignalWatch
    from orchestrator.reporting.events import Outcome, RunFinished
    from orchestrator.reporting.sink import FanOut, Renderer


Ask = Callable[[str, TextIO, TextIO, Cancellation], bool]


class Pausing(Protocol):
    """What a question needs of the renderer: to leave the terminal alone meanwhile."""

    def pause(self) -> None: ...


class Console:
    """Made once per process. A command that talks to anything calls `begin`; `end` is
    called for every command, by `orchestrator.cli.main`. `output` and `yes` come from the
    shared options."""

    def __init__(
        self,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
        source: TextIO | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.output: Literal["text", "json"] = "text"
        self.yes = False
        self.masker = Masker()
        self.cancel = Cancellation()
        self.reader_left = False
        """Whether the output is a pipe that nobody reads any more."""
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._in = source or sys.stdin
        self._monotonic = monotonic
        self._began = monotonic()
        self._asked = 0.0
        """Seconds that questions stood; how long a person thinks is not the run's time."""
        self._asking_since: float | None = None
        self._plan: PlanWatch | None = None
        self._sink: FanOut | None = None
        self._live: Pausing | None = None
        self._signals: SignalWatch | None = None

    def begin(self, *, narrate: bool = True) -> FanOut:
        """Open the sink of this run and start watching for signals. With `narrate` False
        the output is the answer alone (`status`, `logs`). Call it once."""
        from orchestrator.cli.plan_watch import PlanWatch
        from orchestrator.cli.signals import SignalWatch
        from orchestrator.reporting.events import Stopping
        from orchestrator.reporting.sink import FanOut

        self._plan = PlanWatch()
        sink = FanOut(
            (self._plan, self._renderer(narrate)), self.masker, on_broken_pipe=self._lose_reader
        )
        self._sink = sink

        def announce(name: str, message: str) -> None:
            # A question that stands ends by itself, and says so.
            if self._asking_since is None:
                sink.emit(Stopping(name, message))

        self._signals = SignalWatch(
            self.cancel,
            terminal=self._in.isatty() or self._err.isatty(),
            announce=announce,
            last_words=self._last_words,
        )
        self._signals.start()
        return sink

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be taken back. Returns when the answer is yes or
        `--yes` was given. Raises LongshoreError when it is no, or when nobody is there to
        answer, and Interrupted when a stop is asked for meanwhile."""
        if self.yes:
            return
        from orchestrator.cli.question import refuse_without_yes, said_yes

        if not self.has_a_person:
            refuse_without_yes(question)
        if not self._ask(said_yes, question):
            raise LongshoreError("not confirmed: none of it was done")

    def ask_in_person(self, question: str) -> bool:
        """Whether a person says the whole word yes; `--yes` does not stand for it. Raises
        Interrupted when a stop is asked for meanwhile."""
        from orchestrator.cli.question import said_the_word

        return self._ask(said_the_word, question)

    @property
    def has_a_person(self) -> bool:
        """Whether somebody can be asked."""
        return self._in.isatty() and self._err.isatty()

    def _ask(self, ask: Ask, question: str) -> bool:
        if self._live:
            self._live.pause()
        self._asking_since = self._monotonic()
        agreed = ask(self.masker.mask(question), self._in, self._err, self.cancel)
        self._asked += self._monotonic() - self._asking_since
        self._asking_since = None
        return agreed

    def write(self, document: str) -> None:
        """Print the answer of a command that only reads files."""
        self._out.write(document.rstrip("\n") + "\n")
        self._out.flush()

    def end(self, failure: Failure | None, code: int) -> None:
        """Tell how the command ended and leave the terminal as it was found. Calling it
        twice tells it once."""
        if self._sink is None and failure and self.output == "json":
            from orchestrator.reporting.jsonl import JsonLines
            from orchestrator.reporting.sink import FanOut

            self._sink = FanOut(
                (JsonLines(self._out),), self.masker, on_broken_pipe=self._lose_reader
            )
        self._close(failure, code)
        # Once a stop was asked for, the watch goes on and bounds what is left to do.
        if self._signals and not self.cancel.requested:
            self._signals.stop()

    def _close(self, failure: Failure | None, code: int) -> None:
        sink, self._sink = self._sink, None
        if sink:
            sink.emit(self._finished(failure, code))
            sink.close()
        quiet = self.reader_left or (failure and failure.exit_code == BROKEN_PIPE)
        if failure and self.output == "text" and not quiet:
            self._complain(failure)

    def _complain(self, failure: Failure) -> None:
        lead = "" if failure.listed or failure.outcome == "interrupted" else "error: "
        self._err.write(self.masker.mask(f"{lead}{failure.message}") + "\n")
        if failure.advice:
            self._err.write(self.masker.mask(failure.advice) + "\n")
        self._err.flush()

    def _finished(self, failure: Failure | None, code: int) -> RunFinished:
        from orchestrator.reporting.events import RunFinished

        # A question that a stop ended lasted to the end.
        until = self._monotonic() if self._asking_since is None else self._asking_since
        seconds = round(until - self._began - self._asked, 3)
        if failure:
            return RunFinished(failure.outcome, seconds, code, failure.message, failure.advice)
        outcome: Outcome = "no-changes" if self._plan and self._plan.empty else "done"
        if code == ExitCode.INTERRUPTED:
            outcome = "interrupted"
        elif code not in (ExitCode.DONE, ExitCode.CHANGES):
            outcome = "failed"
        return RunFinished(outcome, seconds, code)

    def _last_words(self) -> None:
        failure = Failure(
            "stopped at once",
            "what was under way is in the journal: run the same command again to go on",
            ExitCode.INTERRUPTED,
            "interrupted",
        )
        self._close(failure, failure.exit_code)

    def _lose_reader(self) -> None:
        self.reader_left = True
        self.cancel.request()

    def _renderer(self, narrate: bool) -> Renderer:
        if self.output == "json":
            from orchestrator.reporting.jsonl import JsonLines

            return JsonLines(self._out)
        if narrate and self._out.isatty() and os.environ.get("TERM") != "dumb":
            # rich takes a tenth of a second to import: worth it for a terminal only.
            from rich.console import Console as Terminal

            from orchestrator.reporting.live import Live

            live = Live(Terminal(file=self._out, highlight=False))
            self._live = live
            return live
        from orchestrator.reporting.plain import Plain

        return Plain(self._out, err=self._err, narrate=narrate)
