"""Resource groups: made, listed, tagged, and removed with everything in them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import check_tags, read
from providers.sandbox.arm.compute.machines import Machines
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.locations import LOCATIONS, find_location
from providers.sandbox.arm.network.references import MACHINES
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.pages import page
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.resources.filters import parse_filter
from providers.sandbox.arm.shapes.common import RESOURCE_GROUP, RESOURCE_GROUP_PATCH
from providers.sandbox.arm.store import Group
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer, RestRefusal

NAME = re.compile(r"[\w.()-]{0,89}[\w()-]")
TYPE = "Microsoft.Resources/resourceGroups"


class Groups:
    """Resource groups. Methods raise RestRefusal; the caller holds the lock."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def list(self, world: World, call: Call) -> RestAnswer:
        """All of them, or those with a tag."""
        wanted = parse_filter(call.query("$filter"), ("tagName", "tagValue", "name", "location"))
        shown = [
            show_group(world, group)
            for group in world.store.groups()
            if wanted.matches({"name": group.name, "location": group.location}, group.tags)
        ]
        return page(world, call, shown)

    def get(self, world: World, name: str) -> RestAnswer:
        """One of them."""
        return RestAnswer(200, show_group(world, world.store.need_group(name)))

    def exists(self, world: World, name: str) -> RestAnswer:
        """204 for one that there is, 404 without a body for one that there is not."""
        return RestAnswer(404 if world.store.find_group(name) is None else 204)

    def put(self, world: World, call: Call, name: str) -> RestAnswer:
        """Make one, or replace its tags. Done at once."""
        if not NAME.fullmatch(name):
            raise refuse(
                400,
                "InvalidParameter",
                f"The provided resource group name '{name}' is not valid. The name can be up to "
                "90 characters: letters, digits, '-', '.', '(', ')' or '_', and does not end "
                "with a period.",
            )
        old = world.store.find_group(name)
        shown = None if old is None else show_group(world, old)
        body = read(RESOURCE_GROUP, call, shown, "resources")
        wished = body.get("location")
        if not wished:
            raise refuse(
                400, "LocationRequired", "The location property is required for this definition."
            )
        location = find_location(wished)
        if location is None:
            raise refuse(
                400,
                "LocationNotAvailableForResourceGroup",
                f"The provided location '{wished}' is not available for resource group. List of "
                f"available regions is '{','.join(sorted(LOCATIONS))}'.",
            )
        check_tags(body.get("tags"))
        if old is not None:
            world.group_to_write(name)
            if old.location != location.name:
                raise _moved(old, location.name)
            old.tags, old.managed_by = body.get("tags") or {}, body.get("managedBy")
            return RestAnswer(200, show_group(world, old))
        group = Group(name, location.name, body.get("tags") or {}, body.get("managedBy"))
        world.store.put_group(group)
        return RestAnswer(201, show_group(world, group))

    def patch(self, world: World, call: Call, name: str) -> RestAnswer:
        """Replace its tags."""
        group = world.group_to_write(name)
        body = read(RESOURCE_GROUP_PATCH, call, show_group(world, group), "resources")
        check_tags(body.get("tags"))
        if "tags" in body:
            group.tags = body["tags"]
        if "managedBy" in body:
            group.managed_by = body["managedBy"]
        return RestAnswer(200, show_group(world, group))

    def delete(self, world: World, call: Call, name: str) -> RestAnswer:
        """Begin to remove it with everything in it."""
        group = world.store.need_group(name)
        if group.deleting is None or group.deleting.over:
            group.deleting = self._begin(world, call, group)
        query = urlencode({"api-version": call.version})
        link = (
            f"{call.base}/subscriptions/{world.subscription}/operationresults/"
            f"{group.deleting.id}?{query}"
        )
        headers = {"Location": link, "Retry-After": str(world.settings.retry_after)}
        return RestAnswer(202, None, headers)

    def _begin(self, world: World, call: Call, group: Group) -> Operation:
        def finish() -> None:
            for record in world.store.records(group=group.name):
                world.store.drop(record)
                world.kinds[record.id.type].removed(world, record)
            world.store.drop_group(group.name)

        def fail(failure: Failure) -> None:
            group.deleting = None

        fault = call.doom()
        operation = world.operations.begin(
            "Microsoft.Resources",
            group.location,
            takes=world.settings.change,
            fault=fault,
            finish=finish,
            fail=fail,
        )
        if fault is None:
            waiting = [
                self._machines.begin_delete(world, machine, None)
                for machine in world.store.records(MACHINES, group.name)
            ]
            operation.after = waiting
        return operation


def show_group(world: World, group: Group) -> Document:
    """A group as GET and lists show it."""
    gone = group.deleting is not None and not group.deleting.over
    return {
        "id": f"/subscriptions/{world.subscription}/resourceGroups/{group.name}",
        "name": group.name,
        "type": TYPE,
        "location": group.location,
        **({"managedBy": group.managed_by} if group.managed_by else {}),
        **({"tags": group.tags} if group.tags else {}),
        "properties": {"provisioningState": "Deleting" if gone else "Succeeded"},
    }


def _moved(group: Group, wished: str) -> RestRefusal:
    return refuse(
        409,
        "InvalidResourceGroupLocation",
        f"Invalid resource group location '{wished}'. The Resource group already exists in "
        f"location '{group.location}'.",
    )
