"""Compute Engine's refusals: of a request at once, and of its operation later.

The words are those of public reports (issue trackers, forums) where one was found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from providers.sandbox.faults import Fault
from providers.sandbox.rest.message import Json, RestAnswer, RestRefusal

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
USAGE_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
STOCKOUT = ("ZONE_RESOURCE_POOL_EXHAUSTED", "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS")


def error_answer(refusal: RestRefusal) -> RestAnswer:
    """The error body of the JSON API."""
    domain = "usageLimits" if refusal.code in USAGE_LIMITS else "global"
    entry: dict[str, Json] = {
        "message": refusal.message,
        "domain": domain,
        "reason": refusal.code,
    }
    error: dict[str, Json] = {
        "code": refusal.status,
        "message": refusal.message,
        "errors": [entry],
    }
    if refusal.status in STATUS_NAMES:
        error["status"] = STATUS_NAMES[refusal.status]
    error.update(refusal.details)
    return RestAnswer(refusal.status, {"error": error}, refusal.headers)


def not_found(path: str, kind: str = "") -> RestRefusal:
    """`path` is the resource from `projects/` on."""
    what = f"'{path}'" + (f" of type '{kind}'" if kind else "")
    return RestRefusal(404, "notFound", f"The resource {what} was not found")


def already_exists(path: str) -> RestRefusal:
    """The name is taken."""
    return RestRefusal(409, "alreadyExists", f"The resource '{path}' already exists")


def invalid(field_name: str, value: object, why: str) -> RestRefusal:
    """A value that this field cannot have."""
    return RestRefusal(400, "invalid", f"Invalid value for field '{field_name}': '{value}'. {why}")


def required(field_name: str) -> RestRefusal:
    """A field that must be there is not."""
    return RestRefusal(400, "required", f"Required field '{field_name}' not specified")


def in_use(kind: str, path: str, user: str) -> RestRefusal:
    """Something else still needs the resource."""
    return RestRefusal(
        400,
        "resourceInUseByAnotherResource",
        f"The {kind} resource '{path}' is already being used by '{user}'",
    )


def not_ready(path: str) -> RestRefusal:
    """Another operation has the resource in its hands."""
    return RestRefusal(400, "resourceNotReady", f"The resource '{path}' is not ready")


def condition_not_met(why: str) -> RestRefusal:
    """A fingerprint that is not the present one."""
    return RestRefusal(412, "conditionNotMet", why)


def unknown_name(name: str, place: str) -> RestRefusal:
    """A member that the request's message does not have."""
    at = f" at '{place}'" if place else ""
    text = f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'
    return _bad_payload(text, place)


def unknown_parameter(name: str) -> RestRefusal:
    """A query parameter that the method does not have."""
    return _bad_payload(
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
        f"Field '{name}' could not be found in request message.",
        "",
    )


def wrong_type(place: str, kind: str, value: object) -> RestRefusal:
    """A value that is not of the field's type."""
    return _bad_payload(f"Invalid value at '{place}' ({kind}), {value!r}", place)


def _bad_payload(text: str, place: str) -> RestRefusal:
    violation: dict[str, Json] = {"description": text}
    if place:
        violation["field"] = place
    details: list[Json] = [
        {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [violation],
        }
    ]
    return RestRefusal(400, "badRequest", text, details={"details": details})


@dataclass(frozen=True)
class OperationError:
    """What an operation ends in: an entry of `error.errors`, and the HTTP status that the
    operation shows for it."""

    code: str
    message: str
    status: int
    details: tuple[Json, ...] = field(default=())

    @property
    def http_message(self) -> str:
        """As in `httpErrorMessage`."""
        return HTTPStatus(self.status).phrase.upper()

    def entry(self) -> Json:
        """The member of `error.errors`."""
        entry: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.details:
            entry["errorDetails"] = list(self.details)
        return entry


def stockout(project: str, zone: str, machine_type: str, code: str = STOCKOUT[0]) -> OperationError:
    """No machine of that type is left in the zone."""
    text = (
        f"A {machine_type} VM instance is currently unavailable in the {zone} zone. "
        "Alternatively, you can try your request again with a different VM hardware "
        "configuration or at a later time. For more information, see the troubleshooting "
        "documentation."
    )
    link: dict[str, Json] = {
        "description": "Troubleshooting documentation",
        "url": "https://cloud.google.com/compute/docs/resource-error",
    }
    return OperationError(
        code,
        f"The zone 'projects/{project}/zones/{zone}' does not have enough resources available to "
        "fulfill the request.  Try a different zone, or try again later.",
        503,
        (
            {"help": {"links": [link]}},
            {"localizedMessage": {"locale": "en-US", "message": text}},
            {
                "errorInfo": {
                    "domain": "compute.googleapis.com",
                    "reason": "resource_availability",
                    "metadatas": {
                        "attachment": "",
                        "vmType": machine_type,
                        "zone": zone,
                        "zonesAvailable": "",
                    },
                }
            },
        ),
    )


def quota_exceeded(metric: str, limit: float, region: str) -> OperationError:
    """The region's quota does not allow it."""
    return OperationError(
        "QUOTA_EXCEEDED",
        f"Quota '{metric}' exceeded.  Limit: {limit:.1f} in region {region}.",
        403,
        (
            {
                "quotaInfo": {
                    "metricName": f"compute.googleapis.com/{metric.lower()}",
                    "limitName": f"{metric.replace('_', '-')}-per-project-region",
                    "dimensions": {"region": region},
                    "limit": limit,
                }
            },
        ),
    )


def from_fault(fault: Fault, project: str, zone: str, machine_type: str) -> OperationError:
    """The error that a test asked for, in its real form where that is known."""
    if fault.code in STOCKOUT:
        return stockout(project, zone, machine_type, fault.code)
    if fault.code == "QUOTA_EXCEEDED":
        return OperationError(fault.code, fault.message, 403)
    return OperationError(fault.code, fault.message, fault.status)
