"""The shapes of lists: one place's, and all places' of a project at once."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document
from providers.sandbox.gce.geography import REGION_OF, REGIONS
from providers.sandbox.gce.links import BASE
from providers.sandbox.gce.store import page
from providers.sandbox.rest.message import Json

ZONES = tuple(f"zones/{zone}" for zone in REGION_OF)
REGIONAL = ("global", *(f"regions/{region.name}" for region in REGIONS))


def listed(call: Call, kind: str, entries: Iterable[tuple[str, Document]]) -> Document:
    """The answer of a `list` method; `kind` is the list's, such as `instanceList`."""
    chosen, token = page(entries, call)
    answer = _head(call, kind)
    if chosen:
        answer["items"] = [document for _, document in chosen]
    if token:
        answer["nextPageToken"] = token
    return answer


def aggregated(
    call: Call,
    kind: str,
    collection: str,
    scopes: Iterable[str],
    entries: Iterable[tuple[str, Document]],
) -> Document:
    """The answer of an `aggregatedList` method: every scope is there, and those with nothing in
    them carry a warning."""
    chosen, token = page(entries, call)
    items: dict[str, Json] = {}
    for scope in scopes:
        within: list[Json] = [document for place, document in chosen if place == scope]
        items[scope] = {collection: within} if within else {"warning": _nothing(scope)}
    answer = _head(call, kind)
    answer["items"] = items
    if token:
        answer["nextPageToken"] = token
    return answer


def _head(call: Call, kind: str) -> Document:
    return {"kind": f"compute#{kind}", "id": call.path, "selfLink": BASE + call.path}


def _nothing(scope: str) -> Document:
    return {
        "code": "NO_RESULTS_ON_PAGE",
        "message": f"There are no results for scope '{scope}' on this page.",
        "data": [{"key": "scope", "value": scope}],
    }
