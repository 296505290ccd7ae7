"""ARM for the REST room."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.compute.actions import Actions
from providers.sandbox.arm.compute.disks import Disks
from providers.sandbox.arm.compute.machines import Machines
from providers.sandbox.arm.compute.power import Power
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.kind import Kind
from providers.sandbox.arm.locations import LOCATIONS
from providers.sandbox.arm.network.addresses import PublicAddresses
from providers.sandbox.arm.network.groups import SecurityGroups
from providers.sandbox.arm.network.interfaces import Interfaces
from providers.sandbox.arm.network.networks import VirtualNetworks
from providers.sandbox.arm.network.parts import DefaultRules, Part, SecurityRules, Subnets
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.resources.groups import Groups
from providers.sandbox.arm.router import Route, Router
from providers.sandbox.arm.routes.compute import compute_routes
from providers.sandbox.arm.routes.deployments import deployment_routes
from providers.sandbox.arm.routes.resources import resource_routes
from providers.sandbox.arm.routes.tracked import part_routes, tracked_routes
from providers.sandbox.arm.secrets import elide
from providers.sandbox.arm.templates.deployments import Deployments
from providers.sandbox.arm.versions import TYPES
from providers.sandbox.arm.world import World
from providers.sandbox.rest.dialect import Action
from providers.sandbox.rest.message import Json, RestAnswer, RestRefusal, RestRequest

PARTS: tuple[Part, ...] = (Subnets(), SecurityRules(), DefaultRules())
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
READS, WRITES = 12000, 1200  # an hour's worth, which is never used up here


class Arm:
    """The whole API over one world."""

    service = "arm"

    def __init__(self, world: World) -> None:
        self._world = world
        self._power = Power(world)
        machines = Machines(self._power)
        kinds: tuple[Kind, ...] = (
            VirtualNetworks(),
            SecurityGroups(),
            PublicAddresses(),
            Interfaces(),
            Disks(),
            machines,
        )
        world.kinds.update({kind.type: kind for kind in kinds})
        self._deployments = Deployments(world, self._place, _kind_of(world))
        actions = Actions(world, machines, self._power)
        self._router = Router(
            (
                *resource_routes(world, Groups(machines)),
                *deployment_routes(world, self._deployments),
                *compute_routes(world, actions),
                *(route for kind in kinds for route in tracked_routes(world, kind)),
                *(route for part in PARTS for route in part_routes(world, part)),
            )
        )

    def action(self, request: RestRequest) -> Action:
        """The operation as SDKs call it, and where it is to happen."""
        found = self._router.find(request.method, request.path)
        if found is None:
            return Action("", request.method not in ("GET", "HEAD"))
        route, values = found
        body = request.body if isinstance(request.body, dict) else {}
        region = str(body.get("location") or values.get("location") or "").lower()
        zones = body.get("zones")
        zone = str(zones[0]) if isinstance(zones, list) and zones else ""
        return Action(route.operation, route.changes, region, zone)

    def handle(self, request: RestRequest) -> RestAnswer:
        """Do what is asked for. What is due ends first; what was changed is in force before the
        answer goes out."""
        host = request.headers.get("host", "127.0.0.1")
        # `az resource` leaves the place of a parent empty, and ARM does not mind.
        request = replace(request, path=re.sub("//+", "/", request.path))
        call = Call(request, f"https://{host}")
        self._tick()
        found = self._router.find(request.method, request.path)
        if found is None or not found[0].free:
            self._check_token(call)
        if found is None:
            raise self._nowhere(call)
        route, values = found
        self._check(route, values, call)
        try:
            return route.handle(call, values)
        finally:
            self._power.enforce()

    def error(self, refusal: RestRefusal, request_id: str) -> RestAnswer:
        """The error body that all of Azure's services have."""
        code = "InvalidRequestContent" if refusal.code == "parseError" else refusal.code
        error: dict[str, Json] = {
            "code": code,
            "message": refusal.message,
            **dict(refusal.details),
        }
        headers = dict(refusal.headers)
        if refusal.status == 429:
            headers.setdefault("Retry-After", str(self._world.settings.retry_after))
        if code:
            headers["x-ms-failure-cause"] = "gateway"
        return RestAnswer(refusal.status, {"error": error}, headers)

    def elide(self, document: Json) -> Json:
        """User data, passwords, keys and tokens."""
        return elide(document)

    def identify(self, request_id: str) -> dict[str, str]:
        """The ids of a request, and what is left of the hour's requests."""
        return {
            "x-ms-request-id": request_id,
            "x-ms-correlation-request-id": request_id,
            "x-ms-routing-request-id": f"SANDBOX:{request_id}",
            "x-ms-ratelimit-remaining-subscription-reads": str(READS),
            "x-ms-ratelimit-remaining-subscription-writes": str(WRITES),
            "Cache-Control": "no-cache",
        }

    def _tick(self) -> None:
        self._world.operations.advance()
        self._deployments.advance()

    def _place(self, world: World, call: Call, id: ResourceId) -> RestAnswer:
        """PUT on behalf of a deployment."""
        found = self._router.find("PUT", str(id))
        if found is None:
            raise self._nowhere(call)
        route, values = found
        self._check(route, values, call)
        return route.handle(call, values)

    def _check(self, route: Route, values: Mapping[str, str], call: Call) -> None:
        subscription = values.get("subscription", self._world.subscription)
        if not GUID.fullmatch(subscription):
            raise refuse(
                400,
                "InvalidSubscriptionId",
                f"The provided subscription identifier '{subscription}' is malformed or invalid.",
            )
        if subscription.lower() != self._world.subscription:
            raise refuse(
                404,
                "SubscriptionNotFound",
                f"The subscription '{subscription}' could not be found.",
            )
        if route.type:
            _check_version(route.type, call.version)
        if route.permission.lower() in self._world.settings.denied:
            principal = self._world.tokens.principal
            raise refuse(
                403,
                "AuthorizationFailed",
                f"The client '{principal}' with object id '{principal}' does not have "
                f"authorization to perform action '{route.permission}' over scope "
                f"'{call.request.path}' or the scope is invalid. If access was recently granted, "
                "please refresh your credentials.",
            )

    def _check_token(self, call: Call) -> None:
        word, _, token = call.header("authorization").partition(" ")
        if word.lower() != "bearer" or not token:
            raise self._unknown(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            )
        verdict = self._world.tokens.judge(token.strip())
        if verdict == "expired":
            raise self._unknown(
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time is earlier than now.",
            )
        if verdict == "invalid":
            raise self._unknown("InvalidAuthenticationToken", "The access token is invalid.")

    def _unknown(self, code: str, message: str) -> RestRefusal:
        challenge = (
            f'Bearer authorization_uri="https://login.windows.net/{self._world.tenant}", '
            f'error="invalid_token", error_description="{message}"'
        )
        return refuse(401, code, message, headers={"WWW-Authenticate": challenge})

    def _nowhere(self, call: Call) -> RestRefusal:
        """Why no route has the path."""
        path, methods = call.request.path, self._router.methods(call.request.path)
        if methods:
            return refuse(
                405,
                "HttpMethodNotSupported",
                f"The http method '{call.method}' is not supported for this resource.",
                headers={"Allow": ", ".join(methods)},
            )
        parts = path.strip("/").split("/")
        lower = [part.lower() for part in parts]
        if "providers" in lower[:5] and len(parts) > lower.index("providers") + 2:
            namespace, kind = parts[lower.index("providers") + 1 :][:2]
            return _unknown_type(namespace, kind, call.version)
        return refuse(
            404,
            "NotFound",
            f"No HTTP resource was found that matches the request URI '{call.base}{path}'.",
        )


def _kind_of(world: World) -> Callable[[str], Kind | None]:
    def find(type: str) -> Kind | None:
        return next(
            (kind for name, kind in world.kinds.items() if name.lower() == type.lower()), None
        )

    return find


def _check_version(type: str, version: str) -> None:
    if not version:
        raise refuse(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    known = TYPES.get(type) or TYPES.get(type.rpartition("/")[0], ())
    if version in known:
        return
    if type.startswith("Microsoft.Resources/"):
        raise refuse(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are "
            f"'{','.join(sorted(known, reverse=True))}'.",
        )
    raise refuse(
        400,
        "NoRegisteredProviderFound",
        "No registered resource provider found for API version "
        f"'{version}' for type '{type.partition('/')[2]}'. The supported api-versions are "
        f"'{', '.join(known)}'. The supported locations are '{', '.join(sorted(LOCATIONS))}'.",
    )


def _unknown_type(namespace: str, kind: str, version: str) -> RestRefusal:
    spaces = {name.partition("/")[0].lower() for name in TYPES}
    if namespace.lower() not in spaces:
        return refuse(
            404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
        )
    return refuse(
        404,
        "InvalidResourceType",
        f"The resource type '{kind}' could not be found in the namespace '{namespace}' for api "
        f"version '{version}'.",
    )
