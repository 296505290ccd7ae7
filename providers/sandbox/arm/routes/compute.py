"""Sizes, images, usages, operations, and what can be done with a virtual machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.compute import quota as compute_quota
from providers.sandbox.arm.compute.actions import Act, Actions
from providers.sandbox.arm.compute.gallery import Gallery
from providers.sandbox.arm.compute.skus import list_sizes, list_skus
from providers.sandbox.arm.compute.view import show_instance
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.kind import need
from providers.sandbox.arm.locations import find_location
from providers.sandbox.arm.network import quota as network_quota
from providers.sandbox.arm.network.references import MACHINES
from providers.sandbox.arm.pages import page
from providers.sandbox.arm.polling import answer_result, answer_status
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.resources.filters import parse_filter
from providers.sandbox.arm.router import Handler, Route
from providers.sandbox.arm.routes.resources import IN_GROUP, SUBSCRIPTION
from providers.sandbox.arm.routes.tracked import id_of
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

COMPUTE, NETWORK = "Microsoft.Compute", "Microsoft.Network"
AT = f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/{{location}}"
OFFERS = f"{AT}/publishers/{{publisher}}/artifacttypes/vmimage/offers"
IMAGES = "Microsoft.Compute/locations/publishers"


def location_name(values: Mapping[str, str], namespace: str) -> str:
    """The location in a path. Raises RestRefusal for one that there is not."""
    found = find_location(values["location"])
    if found is None:
        raise refuse(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{values['location']}' in the "
            f"namespace '{namespace}'.",
        )
    return found.name


def compute_routes(world: World, actions: Actions) -> Iterator[Route]:
    """Everything of Microsoft.Compute but tracked resources, and what Network has like it."""
    yield Route(
        "GET",
        f"{SUBSCRIPTION}/providers/Microsoft.Compute/skus",
        "skus.list",
        "Microsoft.Compute/skus",
        lambda call, values: _skus(world, call),
    )
    yield Route(
        "GET",
        f"{AT}/vmSizes",
        "virtualMachineSizes.list",
        "Microsoft.Compute/locations/vmSizes",
        lambda c, v: page(world, c, list_sizes(location_name(v, COMPUTE))),
    )
    yield from _location_routes(world, COMPUTE, compute_quota.usages)
    yield from _location_routes(world, NETWORK, network_quota.usages)
    yield from _image_routes(world)
    yield from _machine_routes(world, actions)


def _skus(world: World, call: Call) -> RestAnswer:
    text = call.query("$filter")
    wanted = parse_filter(text, ("location",))
    only = ""
    if wanted.terms:
        found = find_location(wanted.terms[0].value)
        if found is None:
            return page(world, call, [])
        only = found.name
    # The real answer comes whole, too: thousands of entries on one page.
    answer: Document = {"value": list_skus(only)}
    return RestAnswer(200, answer)


def _location_routes(
    world: World, namespace: str, usages: Callable[[World, str], list[Document]]
) -> Iterator[Route]:
    home = f"{SUBSCRIPTION}/providers/{namespace}/locations/{{location}}"
    yield Route(
        "GET",
        f"{home}/usages",
        "usages.list" if namespace == COMPUTE else "networkUsages.list",
        f"{namespace}/locations/usages",
        lambda c, v: page(world, c, usages(world, location_name(v, namespace))),
    )
    yield Route(
        "GET",
        f"{home}/operations/{{operation}}",
        "operations.get",
        f"{namespace}/locations/operations",
        lambda c, v: answer_status(world, c, v["operation"]),
    )
    yield Route(
        "GET",
        f"{home}/operationResults/{{operation}}",
        "operationResults.get",
        f"{namespace}/locations/operations",
        lambda c, v: answer_result(world, c, v["operation"]),
    )


def _image_routes(world: World) -> Iterator[Route]:
    def route(template: str, verb: str, handle: Handler) -> Route:
        words = template.removeprefix(AT).split("/")
        named = [word for word in words if word and word[0] != "{" and word != "vmimage"]
        scope = "/".join(("Microsoft.Compute/locations", *named))
        name = f"virtualMachineImages.{verb}"
        return Route("GET", template, name, IMAGES, handle, scope=scope)

    def gallery(values: Mapping[str, str]) -> Gallery:
        return Gallery(world, location_name(values, COMPUTE))

    versions = f"{OFFERS}/{{offer}}/skus/{{sku}}/versions"
    yield route(f"{AT}/publishers", "listPublishers", lambda c, v: gallery(v).publishers())
    yield route(OFFERS, "listOffers", lambda c, v: gallery(v).offers(v["publisher"]))
    yield route(
        f"{OFFERS}/{{offer}}/skus",
        "listSkus",
        lambda c, v: gallery(v).skus(v["publisher"], v["offer"]),
    )
    yield route(
        versions,
        "list",
        lambda c, v: gallery(v).versions(c, v["publisher"], v["offer"], v["sku"]),
    )
    yield route(
        f"{versions}/{{version}}",
        "get",
        lambda c, v: gallery(v).version(v["publisher"], v["offer"], v["sku"], v["version"]),
    )


def _machine_routes(world: World, actions: Actions) -> Iterator[Route]:
    one = f"{IN_GROUP}/providers/{MACHINES}/{{name}}"

    def instance(call: Call, values: Mapping[str, str]) -> RestAnswer:
        record = need(world, id_of(world, MACHINES, values))
        document: Document = show_instance(record)
        return RestAnswer(200, document)

    yield Route("GET", f"{one}/instanceView", "virtualMachines.instanceView", MACHINES, instance)
    for word, handle in actions.table():
        yield Route(
            "POST",
            f"{one}/{word}",
            f"virtualMachines.{word}",
            MACHINES,
            _action(world, handle),
            reads=word == "retrieveBootDiagnosticsData",
        )


def _action(world: World, handle: Act) -> Handler:
    def act(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.group_to_write(values["group"])
        return handle(call, need(world, id_of(world, MACHINES, values)))

    return act
