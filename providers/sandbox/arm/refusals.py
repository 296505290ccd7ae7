"""What ARM says when it refuses, in its own words.

The sentences are those that users quote in public issue trackers, shortened where they end in
advertisements.
"""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.rest.message import Json, RestRefusal


def refuse(
    status: int,
    code: str,
    message: str,
    *,
    target: str = "",
    details: Iterable[tuple[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> RestRefusal:
    """A refusal with ARM's further members: what it is about, and the errors beneath it."""
    more: dict[str, Json] = {}
    if target:
        more["target"] = target
    if details is not None:
        more["details"] = [{"code": code, "message": message} for code, message in details]
    return RestRefusal(status, code, message, details=more, headers=headers)


def invalid_parameter(message: str, target: str = "") -> RestRefusal:
    """Microsoft.Compute's word for a value that it cannot use."""
    return refuse(400, "InvalidParameter", message, target=target)


def no_group(name: str) -> RestRefusal:
    """The resource group does not exist."""
    return refuse(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def group_goes(name: str) -> RestRefusal:
    """The resource group is being deleted."""
    return refuse(
        409,
        "ResourceGroupBeingDeleted",
        f"The resource group '{name}' is in deprovisioning state and cannot perform this "
        "operation.",
    )


def no_resource(id: ResourceId) -> RestRefusal:
    """There is no such resource; parts of network resources have words of their own."""
    if len(id.types) > 1:
        return refuse(404, "NotFound", f"Resource {id} not found.", details=())
    return refuse(
        404,
        "ResourceNotFound",
        f"The Resource '{id.type}/{id.name}' under resource group '{id.group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def no_parent(id: ResourceId, verb: str) -> RestRefusal:
    """What the resource would be a part of does not exist."""
    kind = "/".join(id.types)
    return refuse(
        404,
        "ParentResourceNotFound",
        f"Failed to perform '{verb}' on resource(s) of type '{kind}', because the parent "
        f"resource '{id.parent}' could not be found.",
    )


def bad_reference(target: str, source: ResourceId | str) -> RestRefusal:
    """A resource refers to one that does not exist, or not in this location."""
    return refuse(
        400,
        "InvalidResourceReference",
        f"Resource {target} referenced by resource {source} was not found. Please make sure that "
        "the referenced resource exists, and that both resources are in the same region.",
        details=(),
    )


def not_provisioned(target: ResourceId, source: ResourceId, operation: str) -> RestRefusal:
    """A resource refers to one that is still being made."""
    return refuse(
        429,
        "RetryableError",
        "A retryable error occurred.",
        details=(
            (
                "ReferencedResourceNotProvisioned",
                f"Cannot proceed with operation because resource {target} used by resource "
                f"{source} is not in Succeeded state. Resource is in Updating state and the last "
                f"operation that updated/is updating the resource is {operation}.",
            ),
        ),
        headers={"Retry-After": "1"},
    )


def busy_network(uri: str) -> RestRefusal:
    """Microsoft.Network changes one thing at a time."""
    return refuse(
        429,
        "AnotherOperationInProgress",
        "Another operation on this or dependent resource is in progress. To retrieve status of "
        f"the operation use uri: {uri}",
        details=(),
        headers={"Retry-After": "1"},
    )


def busy_compute(name: str) -> RestRefusal:
    """Microsoft.Compute is at work on the same resource."""
    return refuse(
        409,
        "Conflict",
        f"The request failed due to conflict with a concurrent request on '{name}'. To resolve "
        "it, please refer to https://aka.ms/activitylog to get more details on the conflicting "
        "requests.",
    )


def elsewhere(id: ResourceId, location: str, wished: str) -> RestRefusal:
    """A resource cannot move to another location."""
    return refuse(
        409,
        "InvalidResourceLocation",
        f"The resource '{id.name}' already exists in location '{location}' in resource group "
        f"'{id.group}'. A resource with the same name cannot be created in location '{wished}'. "
        "Please select a new resource name.",
    )


def precondition(id: ResourceId) -> RestRefusal:
    """If-Match or If-None-Match does not hold."""
    return refuse(
        412,
        "PreconditionFailed",
        f"Precondition failed: the etag of resource {id} is not the one that was asked for.",
        details=(),
    )
