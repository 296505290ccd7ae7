"""Long-running operations: started by a request, and waited for by our own polls.

Azure accepts a PUT, PATCH, POST or DELETE and says in a header where its progress can be
read: `Azure-AsyncOperation` (a status document), else `Location` (202 while it goes on).
Source: Azure Resource Manager's RPC guide, "Asynchronous operations". The SDK's own pollers
are not used: their interval is theirs, and they know no deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, cast

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER, failed
from providers.contract.classify import AlreadyDone, Phase, retry_after_seconds
from providers.contract.errors import CloudError, DeadlineError
from providers.contract.retry import with_retries
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.core.polling import LROPoller
    from azure.core.rest import HttpResponse

READ = "operations.get"
"""The operation's name in errors and retries of the polls themselves."""

ATTEMPTS = 8
"""Of one request before its error stands, when the deadline leaves time for so many."""

MANY = 1000
"""Tries of a change that something else is in the way of: its deadline bounds them."""

LOOK = 20.0
"""Seconds for one look at an operation, with its retries."""

ENDED = ("succeeded", "failed", "canceled", "cancelled")

T = TypeVar("T")


class _Answer(Protocol):
    """What the SDK hands to a polling method: the first answer, read to its end."""

    @property
    def http_response(self) -> HttpResponse: ...


class Unpolled:
    """A polling method of the SDK's that never polls: a `begin_...` call that is given one
    sends its request and is done, and its result is the answer itself.

    The SDK's own `polling=False` reads the answer as the resource, which fails where Azure
    accepts with an empty body.
    """

    def __init__(self) -> None:
        self._answer: HttpResponse | None = None

    def initialize(self, _client: object, answer: _Answer, _read: object) -> None:
        self._answer = answer.http_response

    def run(self) -> None:
        """Nothing: it is finished from the start."""

    def finished(self) -> bool:
        return True

    def status(self) -> str:
        return "Accepted"

    def resource(self) -> HttpResponse | None:
        return self._answer


@dataclass(frozen=True)
class Started:
    """An operation that was accepted. `url` is empty when it was done in the same answer."""

    operation: str
    phase: Phase
    url: str = ""
    kind: Literal["status", "location", "resource"] = "status"
    retry_after: float = 0.0
    """Seconds that Azure asks to wait before the first poll."""


def start(
    calls: Calls,
    operation: str,
    phase: Phase,
    begin: Callable[[Unpolled], LROPoller[T]],
    *,
    deadline: Deadline | None = None,
    attempts: int = ATTEMPTS,
    born: float | None = None,
) -> Started:
    """Send the request of a `begin_...` method, which takes the argument as its `polling`, and
    say where to follow it. Sent again for throttling and transient errors: all of them
    converge by name."""

    def send() -> Started:
        return _started(operation, phase, cast("HttpResponse", begin(Unpolled()).result()))

    policy = None if deadline is None else deadline.policy(attempts=attempts)
    return calls.repeatable(operation, phase, send, born=born, policy=policy)


def _started(operation: str, phase: Phase, answer: HttpResponse) -> Started:
    headers = answer.headers
    wait = retry_after_seconds(headers.get("Retry-After")) or 0.0
    status, location = headers.get("Azure-AsyncOperation"), headers.get("Location")
    if answer.status_code == 204:
        return Started(operation, phase)
    if status:
        return Started(operation, phase, status, "status", wait)
    if location and answer.status_code == 202:
        return Started(operation, phase, location, "location", wait)
    if _state_of(answer) not in ("", *ENDED):
        return Started(operation, phase, str(answer.request.url), "resource", wait)
    return Started(operation, phase)


def finish(calls: Calls, started: Started, deadline: Deadline, what: str) -> None:
    """Wait until the operation is over.

    Raises the contract's error if it failed, DeadlineError when it still goes on at the
    deadline. Waiting again, or for one that is long over, is safe.
    """
    if not started.url:
        return
    asked = started.retry_after

    def rest(seconds: float) -> None:
        calls.pause(min(max(seconds, asked), deadline.remaining))

    polls = deadline.polls(rest)
    if asked:
        next(polls)  # The first poll comes at once otherwise: Azure asked not to.
    for _ in polls:
        done, asked = _look(calls, started, deadline)
        if done:
            return
    raise DeadlineError(
        f"{what}: Azure still works on it and the time to wait is over",
        provider=PROVIDER,
        operation=started.operation,
        advice="run again to go on from here",
    )


def carry_out(
    calls: Calls,
    operation: str,
    phase: Phase,
    begin: Callable[[Unpolled], LROPoller[T]],
    deadline: Deadline,
    what: str,
) -> None:
    """Start a change and wait until it is over.

    It is begun again, until the deadline, where it is refused or ends in an error that
    passes: another change of the same thing came between, or something still uses it.
    """

    def attempt() -> None:
        started = start(calls, operation, phase, begin, deadline=deadline, attempts=MANY)
        finish(calls, started, deadline, what)

    with_retries(
        attempt,
        operation=operation,
        on_retry=calls.on_retry,
        policy=deadline.policy(attempts=MANY),
        sleep=calls.pause,
    )


@dataclass(frozen=True)
class Outcome:
    """How an operation stands: over or not, and with what error."""

    over: bool
    error: CloudError | None = None


def outcome(calls: Calls, started: Started) -> Outcome:
    """One look at an operation. An operation that cannot be read just now is not over."""
    try:
        return Outcome(_look(calls, started, Deadline.after(LOOK))[0])
    except CloudError as error:
        own = error.operation == started.operation
        return Outcome(own, error if own else None)


def _look(calls: Calls, started: Started, deadline: Deadline) -> tuple[bool, float]:
    """Whether it is over, and how long Azure wants to be left alone if it is not."""
    phase: Phase = "delete" if started.phase == "delete" else "poll"
    try:
        answer = calls.repeatable(
            READ, phase, lambda: _get(calls, started.url), policy=deadline.policy()
        )
    except AlreadyDone:
        return True, 0.0  # With what was deleted, its operation may be forgotten.
    wait = retry_after_seconds(answer.headers.get("Retry-After")) or 0.0
    if started.kind == "location":
        return answer.status_code != 202, wait
    state = _state_of(answer)
    if state in ("failed", "canceled", "cancelled"):
        raise _error(started, answer)
    return state in ENDED or (started.kind == "status" and not state), wait


def _get(calls: Calls, url: str) -> HttpResponse:
    from azure.core.exceptions import HttpResponseError
    from azure.core.rest import HttpRequest
    from azure.mgmt.core.exceptions import ARMErrorFormat

    answer = calls.clients.resources.send_request(HttpRequest("GET", url))
    if answer.status_code >= 400:
        raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
    return answer


def _state_of(answer: HttpResponse) -> str:
    body = answer.json() if answer.content else None
    if not isinstance(body, Mapping):
        return ""
    if isinstance(body.get("status"), str):
        return str(body["status"]).lower()
    properties = body.get("properties")
    state = properties.get("provisioningState") if isinstance(properties, Mapping) else None
    return state.lower() if isinstance(state, str) else ""


def _error(started: Started, answer: HttpResponse) -> CloudError:
    from azure.mgmt.core.exceptions import ARMErrorFormat

    body = answer.json()
    told = body.get("error") or {
        "code": body.get("status") or "Failed",
        "message": f"{started.operation} failed and Azure does not say why",
    }
    return failed(
        ARMErrorFormat({"error": told}),
        operation=started.operation,
        phase=started.phase,
        request_id=answer.headers.get("x-ms-request-id", ""),
    )
