"""From a path to a method: what the API has, by the discovery document's names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from providers.sandbox.gce.bodies import BODIES, NAME
from providers.sandbox.gce.call import Call, Document
from providers.sandbox.gce.errors import invalid, required, unknown_parameter
from providers.sandbox.gce.geography import BY_NAME, REGION_OF
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.schema import check
from providers.sandbox.rest.message import Json, RestRefusal, RestRequest

ROOT = "/compute/v1/"
LISTED = ("filter", "maxResults", "orderBy", "pageToken", "returnPartialSuccess")
"""Parameters of every list; the last one is gone from the discovery document, and gcloud sends
it all the same."""
AGGREGATED = (*LISTED, "includeAllScopes", "serviceProjectNumber")
EVERYWHERE = frozenset(
    {
        "$.xgafv",
        "$alt",
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_protocol",
        "userIp",
    }
)
PROJECT = (
    r"(?:(?:[-a-z0-9]{1,63}\.)*(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?):)?"
    r"(?:[0-9]{1,19}|(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?))"
)
NAME_OR_ID = rf"{NAME}|[1-9][0-9]{{0,19}}"
ANY_ZONE = "-"
"""What a view of an image family may have in the place of a zone."""
READING = ("get", "list", "aggregatedList", "getFromFamily", "wait", "testIamPermissions")
Handler = Callable[[Call], Operation | Document | None]


@dataclass(frozen=True)
class Route:
    """One method. `body` names the schema of its request; `query` what it takes beside the
    parameters of every method."""

    method: str
    verb: str
    path: str
    handler: Handler
    query: tuple[str, ...] = ()
    body: str = ""

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.verb != "GET" and self.method.partition(".")[2] not in READING


class Router:
    """All methods of the API."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(
            (route, re.compile(_pattern(route.path)), route.verb) for route in routes
        )

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every one."""
        return tuple(route for route, _, _ in self._routes)

    def find(self, request: RestRequest) -> tuple[Route, dict[str, str]] | None:
        """The method that a request is for, and the parts of its path."""
        path = request.path.removeprefix(ROOT)
        for route, pattern, verb in self._routes:
            if verb == request.method:
                found = pattern.fullmatch(path)
                if found:
                    return route, found.groupdict()
        return None

    def read(self, request: RestRequest) -> tuple[Route, Call]:
        """The method and its checked call. Raises RestRefusal."""
        found = self.find(request)
        if found is None:
            raise RestRefusal(404, "notFound", "Not Found")
        route, parts = found
        _check_parts(route.method, parts)
        for name in request.query:
            if name not in EVERYWHERE and name not in route.query:
                raise unknown_parameter(name)
        body: Json = {}
        if route.body:
            if request.body is None:
                raise required("resource")
            body = check(BODIES[route.body], request.body, "resource")
        call = Call(
            route.method,
            request.path.removeprefix(ROOT),
            parts,
            request.query,
            cast("Mapping[str, Json]", body),
            request.doom,
        )
        return route, call


def _pattern(path: str) -> str:
    return "/".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in path.split("/")
    )


def _check_parts(method: str, parts: Mapping[str, str]) -> None:
    """Names are names, and zones and regions exist. `zones.get` and `regions.get` say of one
    that does not exist that it was not found: their part is the resource itself."""
    for field, value in parts.items():
        pattern = PROJECT if field == "project" else NAME_OR_ID
        if method == "imageFamilyViews.get" and value == ANY_ZONE:
            continue
        if not re.fullmatch(pattern, value):
            raise invalid(field, value, f"Must be a match of regex '{pattern}'")
    if method in ("zones.get", "regions.get") or parts.get("zone") == ANY_ZONE:
        return
    _check_place("zone", parts.get("zone"), REGION_OF)
    _check_place("region", parts.get("region"), BY_NAME)


def _check_place(field: str, name: str | None, known: Mapping[str, object]) -> None:
    if name is not None and name not in known:
        raise invalid(field, name, f"Unknown {field}.")
