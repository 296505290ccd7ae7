"""One operation between two journal entries, with the events of its start and its end."""

from __future__ import annotations

import time
from collections.abc import Callable

from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import OperationFailed, OperationFinished, OperationStarted
from providers.contract.errors import CloudError


def perform(operation: Operation, context: Context, work: Callable[[Context], bool]) -> None:
    """Do `work`, which says whether it changed something, as what `operation` is about.

    Raises what the work raised; LongshoreError, CloudError and Interrupted have been
    journaled and told by then. Anything else is a bug and leaves the entry open.
    """
    journal, sink = context.store.journal, context.sink
    kind, subject, machine = operation.kind, operation.subject, operation.machine
    began = time.monotonic()
    journal.intend(operation.id, kind, subject, machine or "")
    sink.emit(OperationStarted(operation.id, kind, subject, machine, operation.detail))
    try:
        changed = work(context)
    except Interrupted:
        journal.conclude(operation.id, "interrupted")
        raise
    except (LongshoreError, CloudError) as error:
        journal.conclude(operation.id, "failed", sink.mask(str(error)))
        sink.emit(
            OperationFailed(
                operation.id,
                kind,
                subject,
                machine,
                time.monotonic() - began,
                str(error),
                error.advice,
                error.details if isinstance(error, LongshoreError) else (),
            )
        )
        raise
    journal.conclude(operation.id, "done" if changed else "unchanged")
    sink.emit(
        OperationFinished(operation.id, kind, subject, machine, time.monotonic() - began, changed)
    )
