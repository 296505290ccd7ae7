"""What callers of long-running operations are told: where to ask, and how it stands.

Azure's "Track asynchronous Azure operations", and "Azure-AsyncOperation" in the ARM RPC.
"""

from __future__ import annotations

from urllib.parse import urlencode

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.operations import Operation
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.store import stamp
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

COMPUTE, NETWORK = "Microsoft.Compute", "Microsoft.Network"


def status_link(world: World, call: Call, operation: Operation) -> str:
    """Where an operation's state is found (Azure-AsyncOperation)."""
    query = urlencode({"api-version": call.version})
    return (
        f"{call.base}/subscriptions/{world.subscription}/providers/{operation.namespace}"
        f"/locations/{operation.location}/operations/{operation.id}?{query}"
    )


def result_link(world: World, call: Call, operation: Operation) -> str:
    """Where an operation's result is found (Location)."""
    if operation.namespace == COMPUTE:
        return status_link(world, call, operation) + "&monitor=true"
    query = urlencode({"api-version": call.version})
    return (
        f"{call.base}/subscriptions/{world.subscription}/providers/{operation.namespace}"
        f"/locations/{operation.location}/operationResults/{operation.id}?{query}"
    )


def async_headers(
    world: World, call: Call, operation: Operation, *, result: bool = False
) -> dict[str, str]:
    """The headers that say where to ask; with `result`, also for the result."""
    headers = {
        "Azure-AsyncOperation": status_link(world, call, operation),
        "Retry-After": str(world.settings.retry_after),
    }
    if result:
        headers["Location"] = result_link(world, call, operation)
    return headers


def accepted(world: World, call: Call, operation: Operation) -> RestAnswer:
    """202: it has begun."""
    return RestAnswer(202, None, async_headers(world, call, operation, result=True))


def answer_status(world: World, call: Call, id: str) -> RestAnswer:
    """How an operation stands; the first answer is always that it goes on."""
    operation = _need(world, id)
    if call.query("monitor").lower() == "true":
        return answer_result(world, call, id)
    operation.seen += 1
    compute = operation.namespace == COMPUTE
    document: Document = {}
    if compute:
        document["startTime"] = stamp(operation.started)
    if not operation.over or operation.seen == 1:
        document["status"] = "InProgress"
        if compute:
            document["name"] = operation.id
        return RestAnswer(200, document, {"Retry-After": str(world.settings.retry_after)})
    if compute and operation.ended is not None:
        document["endTime"] = stamp(operation.ended)
    document["status"] = operation.status
    if operation.failure is not None:
        document["error"] = {
            "code": operation.failure.code,
            "message": operation.failure.message,
        }
    if compute:
        document["name"] = operation.id
    return RestAnswer(200, document)


def answer_result(world: World, call: Call, id: str) -> RestAnswer:
    """202 while an operation goes on (at least once), then its result, which most have not."""
    operation = _need(world, id)
    operation.seen += 1
    if not operation.over or operation.seen == 1:
        return RestAnswer(202, None, {**_again(world, call), "Location": _here(call)})
    if operation.failure is not None:
        raise refuse(409, operation.failure.code, operation.failure.message)
    if operation.result is not None:
        return RestAnswer(200, operation.result())
    return RestAnswer(200 if operation.namespace == COMPUTE else 204)


def answer_group(world: World, call: Call, id: str) -> RestAnswer:
    """The same for the removal of a resource group, which ends in 200 without a body."""
    answer = answer_result(world, call, id)
    return RestAnswer(200) if answer.status == 204 else answer


def _again(world: World, call: Call) -> dict[str, str]:
    return {"Retry-After": str(world.settings.retry_after)}


def _here(call: Call) -> str:
    return f"{call.base}{call.request.path}?{urlencode(dict(call.request.query))}"


def _need(world: World, id: str) -> Operation:
    operation = world.operations.find(id)
    if operation is None:
        raise refuse(404, "NotFound", f"The entity was not found: operation '{id}'.")
    return operation
