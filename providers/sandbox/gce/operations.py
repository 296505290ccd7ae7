"""Long-running operations: PENDING, RUNNING, DONE.

An operation is DONE for its caller only after it was once answered in progress, however
quickly the work was done.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from providers.sandbox.gce.call import Call, Document
from providers.sandbox.gce.errors import OperationError, not_found
from providers.sandbox.gce.links import Link, project_url
from providers.sandbox.gce.stamps import new_id, now

WAIT_LIMIT = 120  # seconds that `wait` blocks at most (API reference, zoneOperations.wait)
USER = "longshore@longshore-sandbox.iam.gserviceaccount.com"


def nothing() -> None:
    """What begins without anything else to do."""


@dataclass
class Operation:
    """`on_start` is called, under the lock, when the operation is first seen RUNNING."""

    link: Link
    type: str
    target: Link
    target_id: str
    on_start: Callable[[], None] = nothing
    id: str = field(default_factory=new_id)
    inserted: str = field(default_factory=now)
    started: str = ""
    ended: str = ""
    error: OperationError | None = None
    status: Literal["PENDING", "RUNNING", "DONE"] = "PENDING"

    def start(self) -> None:
        """Show it RUNNING; calling again is safe."""
        if self.status == "PENDING":
            self.status, self.started = "RUNNING", now()
            self.on_start()

    def document(self) -> Document:
        """The Operation resource."""
        made: Document = {
            "kind": "compute#operation",
            "id": self.id,
            "name": self.link.name,
            "operationType": self.type,
            "targetLink": self.target.url,
            "targetId": self.target_id,
            "status": self.status,
            "user": USER,
            "progress": 100 if self.status == "DONE" else 0,
            "insertTime": self.inserted,
            "selfLink": self.link.url,
        }
        place, _, name = self.link.scope.partition("/")
        if name:
            made[place.removesuffix("s")] = project_url(self.link.project, self.link.scope)
        if self.started:
            made["startTime"] = self.started
        if self.status == "DONE":
            made["endTime"] = self.ended
            if self.error is not None:
                made["error"] = {"errors": [self.error.entry()]}
                made["httpErrorStatusCode"] = self.error.status
                made["httpErrorMessage"] = self.error.http_message
        return made


class Operations:
    """All operations of a sandbox. Methods run under `changed`, whose lock is the API's."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._all: dict[str, Operation] = {}

    def begin(
        self,
        call: Call,
        type: str,
        target: Link,
        target_id: str,
    ) -> Operation:
        """A new operation in the scope of its target."""
        name = f"operation-{uuid.uuid4().hex[:13]}-{uuid.uuid4().hex[:13]}"
        link = Link(call.project, target.scope, "operations", name)
        operation = Operation(link, type, target, target_id)
        self._all[link.path] = operation
        return operation

    def finish(self, operation: Operation, error: OperationError | None = None) -> None:
        """The work is done, or has come to nothing. Takes the lock for itself."""
        with self._changed:
            operation.ended, operation.error = now(), error
            self._changed.notify_all()

    def get(self, call: Call) -> Document:
        """zoneOperations.get and its like: each look takes it one step further."""
        operation = self._find(call)
        if operation.status == "RUNNING" and operation.ended:
            operation.status = "DONE"
        operation.start()
        return operation.document()

    def wait(self, call: Call) -> Document:
        """zoneOperations.wait and its like: blocks until it is done or WAIT_LIMIT seconds are
        over, and then answers with what it is."""
        operation = self._find(call)
        operation.start()
        self._changed.wait_for(lambda: bool(operation.ended), WAIT_LIMIT)
        if operation.ended:
            operation.status = "DONE"
        return operation.document()

    def delete(self, call: Call) -> None:
        """zoneOperations.delete and its like."""
        del self._all[self._find(call).link.path]

    def within(self, project: str, scope: str) -> Iterable[tuple[str, Document]]:
        """The operations of one scope as they were last seen."""
        return [
            (scope, operation.document())
            for operation in self._all.values()
            if (operation.link.project, operation.link.scope) == (project, scope)
        ]

    def _find(self, call: Call) -> Operation:
        wanted = call.link("operations", call.parts["operation"])
        for operation in self._all.values():
            if operation.link == wanted or (
                operation.link.scope == wanted.scope and operation.id == wanted.name
            ):
                return operation
        raise not_found(wanted.path)
