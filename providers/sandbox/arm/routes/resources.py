"""Subscriptions, locations, resource providers, groups, lists of resources, tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.compute.gallery import aliases, put_agreement, show_agreement
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.locations import LOCATIONS
from providers.sandbox.arm.polling import answer_group
from providers.sandbox.arm.resources.groups import TYPE as GROUP
from providers.sandbox.arm.resources.groups import Groups
from providers.sandbox.arm.resources.listing import Tags, list_resources
from providers.sandbox.arm.resources.subscription import (
    endpoints,
    permissions,
    providers,
    show_location,
    show_provider,
    show_subscription,
    show_tenant,
)
from providers.sandbox.arm.router import Handler, Route
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

SUBSCRIPTION = "/subscriptions/{subscription}"
IN_GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"
SUBSCRIPTIONS = "Microsoft.Resources/subscriptions"
GROUPS = f"{SUBSCRIPTIONS}/resourceGroups"
PROVIDERS = f"{SUBSCRIPTIONS}/providers"
TAGS = "Microsoft.Resources/tags"
PERMISSIONS = "Microsoft.Authorization/permissions"
TERMS = "Microsoft.MarketplaceOrdering/offertypes"
AGREEMENT = (
    f"{SUBSCRIPTION}/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/"
    "{publisher}/offers/{offer}/plans/{plan}/agreements/current"
)


def _value(entries: list[Document]) -> RestAnswer:
    answer: Document = {"value": entries}
    return RestAnswer(200, answer)


def resource_routes(world: World, groups: Groups) -> Iterator[Route]:
    """Everything of Microsoft.Resources but deployments, and what lies beside it."""
    yield Route(
        "GET",
        "/metadata/endpoints",
        "metadata.get",
        "",
        lambda call, _: endpoints(world, call),
        free=True,
    )
    yield Route(
        "GET",
        "/images/aliases.json",
        "aliases.get",
        "",
        lambda call, _: RestAnswer(200, aliases()),
        free=True,
    )
    yield from _subscription_routes(world)
    yield from _group_routes(world, groups)
    scopes = (SUBSCRIPTION, IN_GROUP, f"{IN_GROUP}/providers/{{namespace}}/{{type}}/{{name}}")
    for scope in scopes:
        yield from _tag_routes(world, scope)
        yield Route(
            "GET",
            f"{scope}/providers/Microsoft.Authorization/permissions",
            "permissions.list",
            PERMISSIONS,
            lambda call, values: _value(permissions(world)),
        )


def _subscription_routes(world: World) -> Iterator[Route]:
    def get(template: str, operation: str, handle: Handler, scope: str = "") -> Route:
        return Route("GET", template, operation, SUBSCRIPTIONS, handle, scope=scope)

    yield get("/tenants", "tenants.list", lambda c, v: _value([show_tenant(world)]))
    yield get(
        "/subscriptions", "subscriptions.list", lambda c, v: _value([show_subscription(world)])
    )
    yield get(
        SUBSCRIPTION,
        "subscriptions.get",
        lambda c, v: RestAnswer(200, show_subscription(world)),
    )
    yield get(
        f"{SUBSCRIPTION}/locations",
        "subscriptions.listLocations",
        lambda c, v: _value([show_location(world, one) for one in LOCATIONS.values()]),
    )
    yield get(f"{SUBSCRIPTION}/providers", "providers.list", lambda c, v: _value(providers(world)))
    yield get(
        f"{SUBSCRIPTION}/providers/{{namespace}}",
        "providers.get",
        lambda c, v: RestAnswer(200, show_provider(world, v["namespace"])),
        PROVIDERS,
    )
    for verb in ("register", "unregister"):
        yield Route(
            "POST",
            f"{SUBSCRIPTION}/providers/{{namespace}}/{verb}",
            f"providers.{verb}",
            SUBSCRIPTIONS,
            lambda c, v: RestAnswer(200, show_provider(world, v["namespace"])),
        )
    yield Route(
        "GET",
        f"{SUBSCRIPTION}/operationresults/{{operation}}",
        "operations.get",
        SUBSCRIPTIONS,
        lambda c, v: answer_group(world, c, v["operation"]),
    )
    yield Route(
        "GET",
        AGREEMENT,
        "marketplaceAgreements.get",
        TERMS,
        lambda c, v: RestAnswer(200, show_agreement(world, v["publisher"], v["offer"], v["plan"])),
    )
    yield Route(
        "PUT",
        AGREEMENT,
        "marketplaceAgreements.create",
        TERMS,
        lambda c, v: put_agreement(world, c, v["publisher"], v["offer"], v["plan"]),
    )


def _group_routes(world: World, groups: Groups) -> Iterator[Route]:
    def route(method: str, operation: str, handle: Handler) -> Route:
        name = f"resourceGroups.{operation}"
        return Route(method, IN_GROUP, name, GROUP, handle, scope=GROUPS)

    yield Route(
        "GET",
        f"{SUBSCRIPTION}/resourceGroups",
        "resourceGroups.list",
        GROUP,
        lambda c, v: groups.list(world, c),
        scope=GROUPS,
    )
    yield route("GET", "get", lambda c, v: groups.get(world, v["group"]))
    yield route("HEAD", "checkExistence", lambda c, v: groups.exists(world, v["group"]))
    yield route("PUT", "createOrUpdate", lambda c, v: groups.put(world, c, v["group"]))
    yield route("PATCH", "update", lambda c, v: groups.patch(world, c, v["group"]))
    yield route("DELETE", "delete", lambda c, v: groups.delete(world, c, v["group"]))
    yield Route(
        "GET",
        f"{IN_GROUP}/resources",
        "resources.listByResourceGroup",
        GROUP,
        lambda c, v: list_resources(world, c, v["group"]),
        scope=f"{GROUPS}/resources",
    )
    yield Route(
        "GET",
        f"{SUBSCRIPTION}/resources",
        "resources.list",
        SUBSCRIPTIONS,
        lambda c, v: list_resources(world, c),
        scope=f"{SUBSCRIPTIONS}/resources",
    )


def _tag_routes(world: World, scope: str) -> Iterator[Route]:
    path = f"{scope}/providers/Microsoft.Resources/tags/default"

    def tags(values: Mapping[str, str]) -> Tags:
        return Tags(world, scope.format(**values))

    def change(how: str) -> Handler:
        def handle(call: Call, values: Mapping[str, str]) -> RestAnswer:
            found = tags(values)
            return found.put(call) if how == "PUT" else found.patch(call)

        return handle

    yield Route("GET", path, "tags.getAtScope", TAGS, lambda c, v: tags(v).get())
    yield Route("PUT", path, "tags.createOrUpdateAtScope", TAGS, change("PUT"))
    yield Route("PATCH", path, "tags.updateAtScope", TAGS, change("PATCH"))
    yield Route("DELETE", path, "tags.deleteAtScope", TAGS, lambda c, v: tags(v).delete())
