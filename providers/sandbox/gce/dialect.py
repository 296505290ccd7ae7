"""Compute Engine's API for the REST room."""

from __future__ import annotations

from providers.sandbox.gce.addresses import Addresses
from providers.sandbox.gce.call import Call
from providers.sandbox.gce.catalogue import Catalogue
from providers.sandbox.gce.cloud import PROJECT, Cloud
from providers.sandbox.gce.disks import Disks
from providers.sandbox.gce.errors import error_answer
from providers.sandbox.gce.fields import apply_fields
from providers.sandbox.gce.firewalls import Firewalls
from providers.sandbox.gce.geography import REGION_OF
from providers.sandbox.gce.images import Images
from providers.sandbox.gce.instance_parts import InstanceParts
from providers.sandbox.gce.instance_plan import Planner
from providers.sandbox.gce.instances import Instances
from providers.sandbox.gce.lifecycle import Lifecycle
from providers.sandbox.gce.networks import Networks
from providers.sandbox.gce.operation_methods import OperationMethods
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.permissions import Permissions
from providers.sandbox.gce.public_images import IMAGE_PROJECTS
from providers.sandbox.gce.quotas import Quotas
from providers.sandbox.gce.router import Route, Router
from providers.sandbox.gce.secrets import elide
from providers.sandbox.rest.dialect import Action
from providers.sandbox.rest.message import Json, RestAnswer, RestRefusal, RestRequest

READABLE = ("images.get", "images.list", "images.getFromFamily", "imageFamilyViews.get")


class Gce:
    """The whole API over one cloud."""

    service = "gce"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        quotas, networks = Quotas(cloud), Networks(cloud)
        images, firewalls, addresses = Images(cloud), Firewalls(cloud), Addresses(cloud)
        disks = Disks(cloud, images)
        lifecycle = Lifecycle(cloud, firewalls, disks, addresses)
        planner = Planner(cloud, disks, addresses)
        instances = Instances(cloud, planner, disks, addresses, quotas, lifecycle)
        rooms = (
            Catalogue(cloud, quotas),
            networks,
            images,
            firewalls,
            addresses,
            disks,
            instances,
            InstanceParts(cloud, instances),
            OperationMethods(cloud),
            Permissions(cloud),
        )
        self.router = Router(route for room in rooms for route in room.routes())

    def action(self, request: RestRequest) -> Action:
        """The method by the discovery document's name."""
        found = self.router.find(request)
        if found is None:
            return Action("", request.method != "GET")
        route, parts = found
        zone = parts.get("zone", "")
        region = parts.get("region") or REGION_OF.get(zone, "")
        return Action(route.method, route.changes, region, zone)

    def handle(self, request: RestRequest) -> RestAnswer:
        """Do what is asked for."""
        route, call = self.router.read(request)
        self._check_project(route, call)
        given = self._cloud.request_ids.find(call) or route.handler(call)
        if given is None:
            return RestAnswer(204)
        if isinstance(given, Operation):
            self._cloud.request_ids.remember(call, given)
            given = given.document()
        document: Json = given
        if call.query.get("fields"):
            document = apply_fields(document, call.query["fields"])
        return RestAnswer(200, document)

    def error(self, refusal: RestRefusal, request_id: str) -> RestAnswer:
        """A refusal in the JSON API's error body."""
        return error_answer(refusal)

    def elide(self, document: Json) -> Json:
        """Without metadata values, which may be secret."""
        return elide(document)

    def identify(self, request_id: str) -> dict[str, str]:
        """Google's answers carry no request id that callers could report; this header helps
        to find the exchange in the sandbox's log."""
        return {"x-request-id": request_id}

    def _check_project(self, route: Route, call: Call) -> None:
        if call.project == PROJECT:
            return
        if call.project in IMAGE_PROJECTS:
            if route.method in READABLE:
                return
            permission = f"compute.{route.method}"
            raise RestRefusal(
                403,
                "forbidden",
                f"Required '{permission}' permission for 'projects/{call.project}'",
            )
        raise RestRefusal(
            404,
            "notFound",
            f"The resource 'projects/{call.project}' was not found",
        )
