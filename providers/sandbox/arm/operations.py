"""Long-running operations: begun, asked for, ended.

An operation ends when its time has come and nothing holds it any longer (a machine that is
being made). Time passes when somebody asks: every request first ends what is due, so that no
thread is needed and a resource and its operation never contradict each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from providers.sandbox.arm.document import Document
from providers.sandbox.faults import Fault

Status = Literal["InProgress", "Succeeded", "Failed", "Canceled"]


@dataclass(frozen=True)
class Failure:
    """How an operation failed, in the words of an error body."""

    code: str
    message: str


@dataclass
class Operation:
    """One long-running operation of the resource provider `namespace` in a location.

    `finish` makes the effect, `fail` leaves what a failure leaves. With a `fault` it fails when
    it is due. While `held` it does not end, and not before those that it comes `after`; when
    one of those fails it fails too. `result` gives the document that it ends in, if any.
    """

    namespace: str
    location: str
    due: float
    finish: Callable[[], None]
    fail: Callable[[Failure], None]
    fault: Fault | None
    held: bool = False
    after: list[Operation] = field(default_factory=list)
    result: Callable[[], Document] | None = None
    status: Status = "InProgress"
    failure: Failure | None = None
    seen: int = 0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status != "InProgress"

    def end(self) -> None:
        """End it now, well or in its fault."""
        self.held = False
        if self.over:
            return
        self.ended = datetime.now(UTC)
        if self.fault is not None:
            self.fail_with(Failure(self.fault.code, self.fault.message))
            return
        self.status = "Succeeded"
        self.finish()

    def fail_with(self, failure: Failure) -> None:
        """End it in a failure."""
        if self.over:
            return
        self.ended = datetime.now(UTC)
        self.status, self.failure = "Failed", failure
        self.fail(failure)

    def cancel(self) -> None:
        """End it without any effect: something else took its place."""
        if not self.over:
            self.status, self.ended = "Canceled", datetime.now(UTC)


def nothing() -> None:
    """The effect of an operation whose effect came at once."""


def no_trace(failure: Failure) -> None:
    """What is left by a failed operation that leaves nothing."""


class Operations:
    """All operations by their ids. The caller holds the API's lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: dict[str, Operation] = {}

    def begin(
        self,
        namespace: str,
        location: str,
        *,
        takes: float,
        fault: Fault | None = None,
        finish: Callable[[], None] = nothing,
        fail: Callable[[Failure], None] = no_trace,
        held: bool = False,
    ) -> Operation:
        """Begin an operation that takes so many seconds."""
        operation = Operation(namespace, location, self._clock() + takes, finish, fail, fault, held)
        self._all[operation.id] = operation
        return operation

    def find(self, id: str) -> Operation | None:
        """The operation of that id."""
        return self._all.get(id.lower())

    def advance(self) -> None:
        """End everything that is due."""
        now = self._clock()
        for operation in list(self._all.values()):
            if operation.over or operation.held or operation.due > now:
                continue
            failed = [one.failure for one in operation.after if one.failure is not None]
            if failed:
                operation.fail_with(failed[0])
            elif all(one.over for one in operation.after):
                operation.end()
