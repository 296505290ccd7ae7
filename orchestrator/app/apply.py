"""Running a plan inside a session, and what its end means."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from orchestrator.app.outcome import outcomes, report, summary
from orchestrator.app.session import Session
from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.execution.runner import Result, Runner
from orchestrator.exit_code import exit_code_of
from orchestrator.images.local import LocalEngine
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Notice
from providers.contract.errors import CloudError


@contextmanager
def journaled(session: Session, command: str) -> Iterator[None]:
    """One run in the journal, with how it ended. Says so when the last one was cut off."""
    journal = session.store.journal
    journal.begin(command)
    left = journal.unfinished()
    if left:
        names = ", ".join(f"{entry.kind} {entry.subject}" for entry in left)
        session.sink.emit(
            Notice(f"the last run was stopped during: {names}; going on from what exists now")
        )
    try:
        yield
    except Interrupted:
        journal.end("interrupted")
        raise
    except (LongshoreError, CloudError):
        journal.end("failed")
        raise
    journal.end("done")


def new_context(session: Session) -> Context:
    """The context of one run, with a new release id: time first, so that ids sort."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return Context(
        project=session.project,
        owner=session.owner,
        store=session.store,
        sink=session.sink,
        cancel=session.cancel,
        providers=session.providers,
        fleet=session.fleet,
        local=LocalEngine(),
        release=f"{stamp}-{secrets.token_hex(2)}",
    )


def apply(operations: tuple[Operation, ...], context: Context) -> None:
    """Run the operations. Raises Interrupted when a stop was asked for before all were
    done, and LongshoreError when one failed; each failure has been reported by then."""
    result = Runner(operations, context).run()
    if result.failures:
        found = outcomes(context.project, result)
        for event in report(found):
            context.sink.emit(event)
        raise _failed(result, summary(found))
    if result.interrupted:
        raise Interrupted


def _failed(result: Result, targets: str) -> LongshoreError:
    first = result.failures[0].error
    more = len(result.failures) - 1
    others = f" (and {more} more)" if more else ""
    return LongshoreError(
        f"{first}{others}" + (f"; {targets}" if targets else ""),
        advice=first.advice or "mend it and run the same command again: what is done stays done",
        exit_code=exit_code_of(first),
    )
