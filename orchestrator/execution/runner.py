"""Runs a plan's operations, each as soon as what it needs has ended well."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.operations.perform import perform
from orchestrator.reporting.events import Skipped
from providers.contract.errors import CloudError

PARALLEL = 32
"""Operations at once. They wait on networks and machines far more than they compute."""


@dataclass(frozen=True)
class Failure:
    """An operation that failed, and its error."""

    operation: Operation
    error: LongshoreError | CloudError


@dataclass(frozen=True)
class Result:
    """How a plan's run ended. `failures` come in the order they happened; `skipped` is what
    was not started since it needed one of them."""

    failures: tuple[Failure, ...]
    interrupted: bool
    skipped: tuple[Operation, ...] = ()


class Runner:
    """Runs one plan once."""

    def __init__(self, operations: Sequence[Operation], context: Context) -> None:
        self._operations = operations
        self._context = context
        self._waiting = {operation.id: operation for operation in operations}
        self._done: set[str] = set()
        self._failures: list[Failure] = []

    def run(self) -> Result:
        """Run everything that can run; what needed a failed step is skipped and said so.

        An error outside LongshoreError and CloudError is a bug: it ends the run after the
        operations that are under way, and is raised as it is.
        """
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="operation") as pool:
            running: dict[Future[bool], Operation] = {}
            while self._waiting or running:
                for operation in self._ready():
                    del self._waiting[operation.id]
                    running[pool.submit(self._apply, operation)] = operation
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    operation = running.pop(future)
                    if future.result():
                        self._done.add(operation.id)
        interrupted = self._context.cancel.requested
        if not interrupted:
            self._report_skipped()
        skipped = () if interrupted else tuple(self._waiting.values())
        return Result(tuple(self._failures), interrupted, skipped)

    def _ready(self) -> list[Operation]:
        if self._context.cancel.requested:
            return []
        present = {operation.id for operation in self._operations}
        return [
            operation
            for operation in self._waiting.values()
            if operation.needs & present <= self._done
        ]

    def _apply(self, operation: Operation) -> bool:
        """Apply one operation; say whether it ended well."""
        try:
            perform(operation, self._context, operation.apply)
        except Interrupted:
            return False
        except (LongshoreError, CloudError) as error:
            self._failures.append(Failure(operation, error))
            return False
        return True

    def _report_skipped(self) -> None:
        for operation in self._waiting.values():
            reason = ", ".join(sorted(self._failed_before(operation)))
            self._context.sink.emit(Skipped(_name(operation), f"{reason} failed"))

    def _failed_before(self, operation: Operation) -> set[str]:
        """What failed among all that an operation needs, however far back."""
        by_id = {each.id: each for each in self._operations}
        failed: set[str] = set()
        looking = [operation]
        while looking:
            for id in looking.pop().needs & by_id.keys():
                if id in self._waiting:
                    looking.append(by_id[id])
                elif id not in self._done:
                    failed.add(_name(by_id[id]))
        return failed


def _name(operation: Operation) -> str:
    words = [operation.kind, operation.subject]
    if operation.machine and operation.machine not in operation.subject.split():
        words += ["on", operation.machine]
    return " ".join(words)
