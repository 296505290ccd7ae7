"""`requestId`: the same request twice is one operation.

Google documents that a request with an id seen before is ignored in favour of the first. What
it says to the same id with another request is not documented; here it is refused, because
nothing else keeps a caller from taking one resource for another.
"""

from __future__ import annotations

import hashlib
import json
import uuid

from providers.sandbox.gce.call import Call
from providers.sandbox.gce.errors import invalid
from providers.sandbox.gce.operations import Operation


class RequestIds:
    """The request ids of a sandbox; whoever uses it holds the API's lock."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str, Operation]] = {}

    def find(self, call: Call) -> Operation | None:
        """The operation of the first request, if this is a repetition. Raises RestRefusal for
        an id that is not one, or that was another request's."""
        request_id = call.query.get("requestId", "")
        if not request_id:
            return None
        try:
            proper = uuid.UUID(request_id).int != 0
        except ValueError:
            proper = False
        if not proper:
            raise invalid("requestId", request_id, "Must be a valid UUID other than zero.")
        known = self._seen.get((call.project, request_id))
        if known is None:
            return None
        if known[0] != _digest(call):
            raise invalid("requestId", request_id, "The ID was used for another request before.")
        return known[1]

    def remember(self, call: Call, operation: Operation) -> None:
        """Keep what came of a request."""
        request_id = call.query.get("requestId", "")
        if request_id:
            self._seen[call.project, request_id] = (_digest(call), operation)


def _digest(call: Call) -> str:
    query = {name: value for name, value in call.query.items() if name != "requestId"}
    whole = json.dumps([call.method, call.path, query, call.body], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
