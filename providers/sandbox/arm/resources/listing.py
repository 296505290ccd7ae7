"""Resources of all types: lists, and the tags of any of them."""

from __future__ import annotations

from datetime import timedelta

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import check_tags, read
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.ids import parse_id
from providers.sandbox.arm.kind import need
from providers.sandbox.arm.pages import page
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.resources.filters import parse_filter
from providers.sandbox.arm.shapes.common import TAGS_PATCH, TAGS_RESOURCE
from providers.sandbox.arm.store import Record, now, stamp
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

FILTERS = ("tagName", "tagValue", "resourceType", "name", "resourceGroup", "location")
EXPANDABLE = ("createdtime", "changedtime", "provisioningstate")


def visible(world: World, records: list[Record]) -> list[Record]:
    """Those that are old enough for lists to know them."""
    latest = now() - timedelta(seconds=world.settings.lag)
    return [record for record in records if record.made <= latest]


def list_resources(world: World, call: Call, group: str = "") -> RestAnswer:
    """Resources of a group, or of the subscription."""
    if group:
        world.store.need_group(group)
    wanted = parse_filter(call.query("$filter"), FILTERS)
    expand = {word.strip().lower() for word in call.query("$expand").split(",")} - {""}
    if expand - set(EXPANDABLE):
        raise refuse(
            400,
            "InvalidExpandInQueryString",
            f"Invalid $expand '{call.query('$expand')}' specified in the query string.",
        )
    shown = []
    for record in visible(world, world.store.records(group=group)):
        members = {
            "name": record.id.name,
            "resourceType": record.id.type,
            "resourceGroup": record.id.group,
            "location": record.location,
        }
        if wanted.matches(members, record.tags):
            shown.append(_show(record, expand, tags=not wanted.by_tag))
    return page(world, call, shown)


def _show(record: Record, expand: set[str], *, tags: bool) -> Document:
    document: Document = {
        "id": str(record.id),
        "name": record.id.name,
        "type": record.id.type,
        "location": record.location,
    }
    if record.body.get("sku"):
        document["sku"] = {
            name: value for name, value in record.body["sku"].items() if name in ("name", "tier")
        }
    if record.tags and tags:
        document["tags"] = record.tags
    if record.body.get("plan"):
        document["plan"] = record.body["plan"]
    if "createdtime" in expand:
        document["createdTime"] = stamp(record.made)
    if "changedtime" in expand:
        document["changedTime"] = stamp(record.changed)
    if "provisioningstate" in expand:
        document["provisioningState"] = record.state
    return document


class Tags:
    """The tags at a scope: a resource, a group, or the subscription."""

    def __init__(self, world: World, scope: str) -> None:
        self._world = world
        self._scope = scope.rstrip("/")
        parts = self._scope.strip("/").split("/")
        self._group = world.store.need_group(parts[3]) if len(parts) == 4 else None
        id = parse_id(self._scope)
        self._record = need(world, id) if id is not None else None

    def get(self) -> RestAnswer:
        """The tags."""
        return RestAnswer(200, self._show())

    def put(self, call: Call) -> RestAnswer:
        """Replace all of them."""
        body = read(TAGS_RESOURCE, call, self._show(), "resources")
        self._set(dict((body.get("properties") or {}).get("tags") or {}))
        return RestAnswer(200, self._show())

    def patch(self, call: Call) -> RestAnswer:
        """Merge, replace or delete some of them."""
        body = read(TAGS_PATCH, call, None, "resources")
        given: dict[str, str] = dict((body.get("properties") or {}).get("tags") or {})
        tags = dict(self._tags())
        how = body.get("operation", "Merge")
        if how == "Replace":
            tags = given
        elif how == "Delete":
            tags = {name: value for name, value in tags.items() if given.get(name) != value}
        else:
            tags.update(given)
        self._set(tags)
        return RestAnswer(200, self._show())

    def delete(self) -> RestAnswer:
        """Remove all of them."""
        self._set({})
        return RestAnswer(200)

    def _tags(self) -> dict[str, str]:
        if self._record is not None:
            return self._record.tags
        return self._group.tags if self._group is not None else self._world.tags

    def _set(self, tags: dict[str, str]) -> None:
        check_tags(tags)
        if self._record is not None:
            self._world.group_to_write(self._record.id.group)
            self._record.body["tags"] = tags
            self._record.touch()
        elif self._group is not None:
            self._world.group_to_write(self._group.name)
            self._group.tags = tags
        else:
            self._world.tags = tags

    def _show(self) -> Document:
        return {
            "id": f"{self._scope}/providers/Microsoft.Resources/tags/default",
            "name": "default",
            "type": "Microsoft.Resources/tags",
            "properties": {"tags": self._tags()},
        }
