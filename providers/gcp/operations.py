"""Waiting for long-running operations, by ourselves.

The SDK's own waiting ignores the endpoint that its clients were given, and takes an error
without an HTTP status for success.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.contract.classify import Phase
from providers.contract.errors import CloudError, DeadlineError
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.errors import PROVIDER, from_operation
from providers.gcp.names import last

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

SLICE = 5.0
"""Seconds of one `wait` call. The cloud holds the answer back until the operation is done, two
minutes at most; being cut off sooner, a wait can be ended in between (Ctrl-C)."""
SHORTEST = 1.0
"""Seconds of the last one, at the deadline."""


class OperationFailedError(Exception):
    """An operation was accepted and ended in an error: `why`."""

    def __init__(self, why: CloudError) -> None:
        super().__init__(str(why))
        self.why = why


def finish(
    calls: Calls, started: compute.Operation, *, operation: str, phase: Phase, limit: Deadline
) -> None:
    """Wait until the operation is done. Raises what it ended in; DeadlineError when it is not
    done in time."""
    try:
        attend(calls, started, operation=operation, phase=phase, limit=limit)
    except OperationFailedError as failed:
        raise failed.why from None


def attend(
    calls: Calls, started: compute.Operation, *, operation: str, phase: Phase, limit: Deadline
) -> None:
    """As `finish`, but what the operation ended in is told apart from a failure to ask:
    OperationFailedError."""
    from google.cloud.compute_v1.types import compute

    current = started
    for _ in limit.polls(calls.pause):
        if current.status != compute.Operation.Status.DONE:
            current = _ask(calls, current, limit)
        if current.status == compute.Operation.Status.DONE:
            why = from_operation(current, operation=operation, phase=phase)
            if why is not None:
                raise OperationFailedError(why)
            return
    raise DeadlineError(
        f"{started.operation_type} of {last(started.target_link)} is not done and the time to "
        "wait for it is over",
        provider=PROVIDER,
        operation=operation,
        request_id=started.name,
        advice="run again: what has been done by then is taken over",
    )


def _ask(calls: Calls, current: compute.Operation, limit: Deadline) -> compute.Operation:
    """The operation as it is when it is done, or some seconds later."""
    from requests.exceptions import ReadTimeout

    clients, name = calls.clients, current.name
    seconds = min(SLICE, max(SHORTEST, limit.remaining))

    def zonal() -> compute.Operation:
        zone = last(current.zone)
        try:
            return clients.zone_operations.wait(
                project=calls.project, zone=zone, operation=name, retry=None, timeout=seconds
            )
        except ReadTimeout:
            return current

    def regional() -> compute.Operation:
        try:
            return clients.region_operations.wait(
                project=calls.project,
                region=last(current.region),
                operation=name,
                retry=None,
                timeout=seconds,
            )
        except ReadTimeout:
            return current

    def everywhere() -> compute.Operation:
        try:
            return clients.global_operations.wait(
                project=calls.project, operation=name, retry=None, timeout=seconds
            )
        except ReadTimeout:
            return current

    if current.zone:
        return calls.repeatable("zoneOperations.wait", "read", zonal, policy=limit.policy())
    if current.region:
        return calls.repeatable("regionOperations.wait", "read", regional, policy=limit.policy())
    return calls.repeatable("globalOperations.wait", "read", everywhere, policy=limit.policy())
