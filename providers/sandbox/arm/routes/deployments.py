"""Template deployments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.router import Route
from providers.sandbox.arm.routes.resources import IN_GROUP
from providers.sandbox.arm.routes.tracked import id_of
from providers.sandbox.arm.templates.deployments import TYPE, Deployments
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

HOME = f"{IN_GROUP}/providers/{TYPE}"
ONE = f"{HOME}/{{name}}"


def deployment_routes(world: World, deployments: Deployments) -> Iterator[Route]:
    """Everything about deployments."""

    def id(values: Mapping[str, str]) -> ResourceId:
        return id_of(world, TYPE, values)

    def head(call: Call, values: Mapping[str, str]) -> RestAnswer:
        deployments.get(id(values))
        return RestAnswer(204)

    for method, template, verb, handle in (
        ("GET", HOME, "listByResourceGroup", lambda c, v: deployments.list_all(c, v["group"])),
        ("GET", ONE, "get", lambda c, v: deployments.get(id(v))),
        ("HEAD", ONE, "checkExistence", head),
        ("PUT", ONE, "createOrUpdate", lambda c, v: deployments.put(c, id(v))),
        ("DELETE", ONE, "delete", lambda c, v: deployments.delete(id(v))),
        ("POST", f"{ONE}/validate", "validate", lambda c, v: deployments.validate(c, id(v))),
        ("GET", f"{ONE}/operations", "operations", lambda c, v: deployments.operations(c, id(v))),
        (
            "GET",
            f"{ONE}/operationStatuses/{{operation}}",
            "status",
            lambda c, v: deployments.status(v["operation"]),
        ),
    ):
        yield Route(method, template, f"deployments.{verb}", TYPE, handle)
