"""What the types of Microsoft.Network have in common."""

from __future__ import annotations

from typing import ClassVar

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import NETWORK_NAME
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.kind import Tracked
from providers.sandbox.arm.polling import status_link
from providers.sandbox.arm.refusals import busy_network
from providers.sandbox.arm.shapes.network import TAGS_OBJECT
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestRefusal


class NetworkKind(Tracked):
    """A type of Microsoft.Network."""

    family: ClassVar = "network"
    rule: ClassVar = NETWORK_NAME
    patch_shape: ClassVar = TAGS_OBJECT

    def properties(self, world: World, record: Record) -> Document:
        """The properties that it shows, beyond the common ones."""
        return dict(record.properties)

    def show(self, world: World, record: Record) -> Document:
        """The resource as GET and lists show it."""
        body = {name: value for name, value in record.body.items() if name != "properties"}
        return {
            "name": record.id.name,
            "id": str(record.id),
            "etag": f'W/"{record.etag}"',
            "type": record.id.type,
            **body,
            "properties": {
                "provisioningState": record.state,
                "resourceGuid": record.guid,
                **self.properties(world, record),
            },
        }

    def busy(self, world: World, call: Call, record: Record) -> RestRefusal:
        """Another change goes on."""
        assert record.operation is not None
        return busy_network(status_link(world, call, record.operation))


def show_part(record: Record, collection: str, entry: Document, state: str) -> Document:
    """A part of a network resource (a subnet, a rule) as it is shown."""
    id = record.id.child(collection, entry["name"])
    return {
        "name": entry["name"],
        "id": str(id),
        "etag": f'W/"{record.etag}"',
        "type": id.type,
        "properties": {"provisioningState": state, **entry.get("properties", {})},
    }
