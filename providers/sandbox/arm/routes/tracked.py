"""Tracked resources and their parts: the same seven requests for every type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.kind import Kind, need
from providers.sandbox.arm.network.parts import Part
from providers.sandbox.arm.pages import page
from providers.sandbox.arm.resources.listing import visible
from providers.sandbox.arm.router import Handler, Route
from providers.sandbox.arm.routes.resources import IN_GROUP, SUBSCRIPTION
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

BY_GROUP = {"disks": ("listByResourceGroup", "list")}
"""What the lists are called where it is not `list` for a group and `listAll` for all."""


def id_of(world: World, type: str, values: Mapping[str, str]) -> ResourceId:
    """The id that a path names, spelled as group and type are."""
    namespace, *types = type.split("/")
    group = world.store.find_group(values["group"])
    names = (values["name"], values["part"]) if len(types) == 2 else (values["name"],)
    return ResourceId(
        world.subscription,
        group.name if group is not None else values["group"],
        namespace,
        tuple(types),
        names,
    )


def tracked_routes(world: World, kind: Kind) -> Iterator[Route]:
    """GET, HEAD, PUT, PATCH and DELETE of one; the lists of a group and of all."""
    type = kind.type
    word = type.split("/")[1]
    one = f"{IN_GROUP}/providers/{type}/{{name}}"
    in_group, in_all = BY_GROUP.get(word, ("list", "listAll"))

    def route(method: str, verb: str, handle: Handler) -> Route:
        return Route(method, one, f"{word}.{verb}", type, handle)

    def get(call: Call, values: Mapping[str, str]) -> RestAnswer:
        return kind.get(world, call, need(world, id_of(world, type, values)))

    def head(call: Call, values: Mapping[str, str]) -> RestAnswer:
        found = world.store.find(id_of(world, type, values))
        return RestAnswer(404 if found is None else 204)

    def put(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.group_to_write(values["group"])
        return kind.put(world, call, id_of(world, type, values))

    def patch(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.group_to_write(values["group"])
        return kind.patch(world, call, need(world, id_of(world, type, values)))

    def delete(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.store.need_group(values["group"])
        found = world.store.find(id_of(world, type, values))
        return RestAnswer(204) if found is None else kind.delete(world, call, found)

    def list_group(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.store.need_group(values["group"])
        return _list(call, values["group"])

    def _list(call: Call, group: str) -> RestAnswer:
        found = visible(world, world.store.records(type, group))
        return page(world, call, [kind.listed(world, call, record) for record in found])

    yield route("GET", "get", get)
    yield route("HEAD", "checkExistence", head)
    yield route("PUT", "createOrUpdate", put)
    yield route("PATCH", "update", patch)
    yield route("DELETE", "delete", delete)
    yield Route("GET", f"{IN_GROUP}/providers/{type}", f"{word}.{in_group}", type, list_group)
    yield Route(
        "GET",
        f"{SUBSCRIPTION}/providers/{type}",
        f"{word}.{in_all}",
        type,
        lambda call, values: _list(call, ""),
    )


def part_routes(world: World, part: Part) -> Iterator[Route]:
    """GET, PUT and DELETE of one; the list of its parent's."""
    namespace, parent_type, word = part.type.split("/")
    home = f"{IN_GROUP}/providers/{namespace}/{parent_type}/{{name}}/{word}"
    one = f"{home}/{{part}}"

    def get(call: Call, values: Mapping[str, str]) -> RestAnswer:
        id = id_of(world, part.type, values)
        return part.get(world, need(world, id.parent), id)

    def put(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.group_to_write(values["group"])
        return part.put(world, call, id_of(world, part.type, values))

    def delete(call: Call, values: Mapping[str, str]) -> RestAnswer:
        world.group_to_write(values["group"])
        id = id_of(world, part.type, values)
        parent = world.store.find(id.parent)
        return RestAnswer(204) if parent is None else part.delete(world, call, parent, id)

    def list_all(call: Call, values: Mapping[str, str]) -> RestAnswer:
        parent = id_of(world, f"{namespace}/{parent_type}", values)
        return part.list(world, call, need(world, parent))

    for method, verb, handle in (
        ("GET", "get", get),
        ("PUT", "createOrUpdate", put),
        ("DELETE", "delete", delete),
    ):
        yield Route(method, one, f"{word}.{verb}", part.type, handle)
    yield Route("GET", home, f"{word}.list", part.type, list_all)
