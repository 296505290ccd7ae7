"""What the API knows of one type of tracked resource, and what most types have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import (
    Family,
    NameRule,
    check_etag,
    check_location,
    check_tags,
    check_zones,
    read,
)
from providers.sandbox.arm.document import Document, merge
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.polling import accepted, async_headers
from providers.sandbox.arm.refusals import no_resource
from providers.sandbox.arm.shapes.shape import Record as Shape
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.faults import Fault
from providers.sandbox.rest.message import RestAnswer, RestRefusal

SUCCEEDED, FAILED, DELETING = "Succeeded", "Failed", "Deleting"


class Kind(Protocol):
    """One type of tracked resource. Methods raise RestRefusal; the caller holds the lock."""

    @property
    def type(self) -> str:
        """Its name: `Microsoft.Network/virtualNetworks`."""
        ...

    @property
    def shape(self) -> Shape:
        """What its documents look like."""
        ...

    def show(self, world: World, record: Record) -> Document:
        """The resource as GET and lists show it."""
        ...

    def get(self, world: World, call: Call, record: Record) -> RestAnswer:
        """GET of one that exists."""
        ...

    def listed(self, world: World, call: Call, record: Record) -> Document:
        """One entry of a list."""
        ...

    def put(self, world: World, call: Call, id: ResourceId) -> RestAnswer:
        """PUT."""
        ...

    def patch(self, world: World, call: Call, record: Record) -> RestAnswer:
        """PATCH of one that exists."""
        ...

    def delete(self, world: World, call: Call, record: Record) -> RestAnswer:
        """DELETE of one that exists."""
        ...

    def removed(self, world: World, record: Record) -> None:
        """It is gone, together with its group: what it held is free again."""
        ...


class Tracked(ABC):
    """Types whose PUT replaces the whole resource and takes a moment."""

    type: ClassVar[str]
    shape: ClassVar[Shape]
    patch_shape: ClassVar[Shape]
    family: ClassVar[Family]
    rule: ClassVar[NameRule]
    making: ClassVar[str] = "Updating"
    """The provisioning state of a new one until it stands."""
    statuses: ClassVar[tuple[int, int]] = (201, 200)
    """The HTTP statuses of a PUT that makes one, and of one that changes it."""

    @abstractmethod
    def complete(self, world: World, id: ResourceId, body: Document, old: Record | None) -> Record:
        """Check what is asked for against all else, and complete it with the defaults: a record
        that is ready to be stored. Nothing is changed yet."""

    @abstractmethod
    def show(self, world: World, record: Record) -> Document:
        """The resource as GET and lists show it."""

    @abstractmethod
    def busy(self, world: World, call: Call, record: Record) -> RestRefusal:
        """The refusal of a change while another one goes on."""

    def check_delete(self, world: World, record: Record) -> None:  # noqa: B027 - few need it
        """Raises RestRefusal for one that something else needs."""

    def removed(self, world: World, record: Record) -> None:  # noqa: B027 - few need it
        """It is gone: what it held is free again."""

    def get(self, world: World, call: Call, record: Record) -> RestAnswer:
        """GET of one that exists."""
        return RestAnswer(200, self.show(world, record))

    def listed(self, world: World, call: Call, record: Record) -> Document:
        """One entry of a list."""
        return self.show(world, record)

    def put(self, world: World, call: Call, id: ResourceId) -> RestAnswer:
        """Make or replace one."""
        old = world.store.find(id)
        self.rule.check(id.name)
        shown = None if old is None else self.show(world, old)
        body = read(self.shape, call, shown, self.family)
        location = check_location(id, body, old)
        check_zones(id, body.get("zones") or (), location)
        check_tags(body.get("tags"))
        check_etag(call, id, old)
        if old is not None and old.busy:
            raise self.busy(world, call, old)
        body["location"] = location.name
        record = self.complete(world, id, body, old)
        fault = call.doom()
        if old is not None:
            record.id, record.guid, record.made = old.id, old.guid, old.made
        world.store.put(record)
        operation = self._change(world, record, fault=fault)
        record.state = self.making if old is None else "Updating"
        headers = async_headers(world, call, operation, result=self.family == "compute")
        status = self.statuses[0 if old is None else 1]
        return RestAnswer(status, self.show(world, record), headers)

    def patch(self, world: World, call: Call, record: Record) -> RestAnswer:
        """Change its tags, which happens at once."""
        body = read(self.patch_shape, call, None, self.family)
        check_tags(body.get("tags"))
        check_etag(call, record.id, record)
        if "tags" in body:
            record.body["tags"] = body["tags"]
            record.touch()
        rest = {name: value for name, value in body.items() if name != "tags"}
        if rest:
            record.body = merge(record.body, rest)
            record.touch()
        return RestAnswer(200, self.show(world, record))

    def delete(self, world: World, call: Call, record: Record) -> RestAnswer:
        """Begin to remove it."""
        if record.state == DELETING and record.operation is not None:
            return accepted(world, call, record.operation)
        self.check_delete(world, record)
        if record.busy:
            raise self.busy(world, call, record)
        before = record.state

        def finish() -> None:
            world.store.drop(record)
            self.removed(world, record)

        def fail(failure: Failure) -> None:
            record.state = before

        record.operation = world.operations.begin(
            record.id.namespace,
            record.location,
            takes=world.settings.change,
            fault=call.doom(),
            finish=finish,
            fail=fail,
        )
        record.state = DELETING
        return accepted(world, call, record.operation)

    def _change(self, world: World, record: Record, *, fault: Fault | None) -> Operation:
        def finish() -> None:
            record.state = SUCCEEDED

        def fail(failure: Failure) -> None:
            record.state = FAILED

        record.operation = world.operations.begin(
            record.id.namespace,
            record.location,
            takes=world.settings.change,
            fault=fault,
            finish=finish,
            fail=fail,
        )
        record.operation.result = lambda: self.show(world, record)
        return record.operation


def need(world: World, id: ResourceId) -> Record:
    """The resource of that id. Raises RestRefusal when there is none."""
    world.store.need_group(id.group)
    found = world.store.find(id)
    if found is None:
        raise no_resource(id)
    return found
