"""Subnets and security rules: parts of a network or a group, with addresses of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import check_etag, read
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.groups import complete_rule, default_rules
from providers.sandbox.arm.network.kind import show_part
from providers.sandbox.arm.network.networks import (
    check_replaced,
    check_unused,
    complete_subnet,
    show_subnet,
)
from providers.sandbox.arm.network.prefixes import check_subnets, parse_prefix
from providers.sandbox.arm.network.rule_checks import check_rules
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.pages import page
from providers.sandbox.arm.polling import accepted, async_headers, status_link
from providers.sandbox.arm.refusals import busy_network, no_parent, no_resource, refuse
from providers.sandbox.arm.shapes.network import SECURITY_RULE, SUBNET
from providers.sandbox.arm.shapes.shape import Record as Shape
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer


class Part(ABC):
    """One type of part. Methods raise RestRefusal; the caller holds the lock."""

    type: ClassVar[str]
    collection: ClassVar[str]
    shape: ClassVar[Shape]

    @abstractmethod
    def fitting(
        self, world: World, parent: Record, entry: Document, others: list[Document]
    ) -> Document:
        """The part, complete, checked against the parent and its other parts."""

    @abstractmethod
    def show(self, world: World, parent: Record, entry: Document) -> Document:
        """The part as GET and lists show it."""

    def check_replaced(  # noqa: B027 - few need it
        self, world: World, parent: Record, old: Document, new: Document | None
    ) -> None:
        """Raises RestRefusal where the old one cannot give way to the new one, or go."""

    def entries(self, parent: Record) -> list[Document]:
        """The parts that a parent has."""
        found: list[Document] = parent.properties[self.collection]
        return found

    def list(self, world: World, call: Call, parent: Record) -> RestAnswer:
        """All parts of a parent."""
        return page(world, call, [self.show(world, parent, one) for one in self.entries(parent)])

    def get(self, world: World, parent: Record, id: ResourceId) -> RestAnswer:
        """GET."""
        return RestAnswer(200, self.show(world, parent, self._need(parent, id)))

    def put(self, world: World, call: Call, id: ResourceId) -> RestAnswer:
        """Make or replace one."""
        parent = world.store.find(id.parent)
        if parent is None:
            raise no_parent(id, "write")
        old = self._find(parent, id.name)
        shown = None if old is None else self.show(world, parent, old)
        body = read(self.shape, call, shown, "network")
        self._check_idle(world, call, parent)
        check_etag(call, id, None if old is None else parent)
        others = [one for one in self.entries(parent) if one is not old]
        name = old["name"] if old is not None else id.name
        entry = self.fitting(world, parent, {**body, "name": name}, others)
        if old is not None:
            self.check_replaced(world, parent, old, entry)
        parent.properties[self.collection] = [
            entry if one is old else one for one in self.entries(parent)
        ] + ([entry] if old is None else [])
        operation = self._change(world, call, parent)
        status = 201 if old is None else 200
        headers = async_headers(world, call, operation)
        return RestAnswer(status, self.show(world, parent, entry), headers)

    def delete(self, world: World, call: Call, parent: Record, id: ResourceId) -> RestAnswer:
        """Begin to remove one; 204 for one that is not there."""
        entry = self._find(parent, id.name)
        if entry is None:
            return RestAnswer(204)
        self.check_replaced(world, parent, entry, None)
        self._check_idle(world, call, parent)
        parent.properties[self.collection] = [
            one for one in self.entries(parent) if one is not entry
        ]
        return accepted(world, call, self._change(world, call, parent))

    def _change(self, world: World, call: Call, parent: Record) -> Operation:
        parent.touch()
        parent.state = "Updating"

        def finish() -> None:
            parent.state = "Succeeded"

        def fail(failure: Failure) -> None:
            parent.state = "Failed"

        parent.operation = world.operations.begin(
            parent.id.namespace,
            parent.location,
            takes=world.settings.change,
            fault=call.doom(),
            finish=finish,
            fail=fail,
        )
        return parent.operation

    def _check_idle(self, world: World, call: Call, parent: Record) -> None:
        if parent.busy and parent.operation is not None:
            raise busy_network(status_link(world, call, parent.operation))

    def _find(self, parent: Record, name: str) -> Document | None:
        return next(
            (one for one in self.entries(parent) if one["name"].lower() == name.lower()), None
        )

    def _need(self, parent: Record, id: ResourceId) -> Document:
        found = self._find(parent, id.name)
        if found is None:
            raise no_resource(id)
        return found


class Subnets(Part):
    """Subnets of a virtual network."""

    type: ClassVar = "Microsoft.Network/virtualNetworks/subnets"
    collection: ClassVar = "subnets"
    shape: ClassVar = SUBNET

    def fitting(
        self, world: World, parent: Record, entry: Document, others: list[Document]
    ) -> Document:
        """Inside the network, and on no other subnet."""
        subnet = complete_subnet(world, parent, entry)
        prefixes = at(parent.properties, "addressSpace", "addressPrefixes")
        check_subnets(parent.id.name, [*map(parse_prefix, prefixes)], [*others, subnet])
        return subnet

    def show(self, world: World, parent: Record, entry: Document) -> Document:
        """With what is in it."""
        return show_subnet(world, parent, entry)

    def check_replaced(
        self, world: World, parent: Record, old: Document, new: Document | None
    ) -> None:
        """Not while an interface is in it."""
        if new is None:
            check_unused(world, parent, old)
        else:
            check_replaced(world, parent, old, new)


class SecurityRules(Part):
    """Rules of a network security group."""

    type: ClassVar = "Microsoft.Network/networkSecurityGroups/securityRules"
    collection: ClassVar = "securityRules"
    shape: ClassVar = SECURITY_RULE

    def fitting(
        self, world: World, parent: Record, entry: Document, others: list[Document]
    ) -> Document:
        """Right by itself, and beside the others."""
        rule = complete_rule(entry)
        check_rules([*others, rule])
        return rule

    def show(self, world: World, parent: Record, entry: Document) -> Document:
        """The rule."""
        return show_part(parent, self.collection, entry, parent.state)


class DefaultRules(Part):
    """The rules that every group has; they can be read only."""

    type: ClassVar = "Microsoft.Network/networkSecurityGroups/defaultSecurityRules"
    collection: ClassVar = "defaultSecurityRules"
    shape: ClassVar = SECURITY_RULE

    def entries(self, parent: Record) -> list[Document]:
        """The same for every group."""
        return default_rules()

    def fitting(
        self, world: World, parent: Record, entry: Document, others: list[Document]
    ) -> Document:
        """None can be made."""
        raise refuse(405, "MethodNotAllowed", "Default security rules cannot be changed.")

    def check_replaced(
        self, world: World, parent: Record, old: Document, new: Document | None
    ) -> None:
        """None can go."""
        raise refuse(405, "MethodNotAllowed", "Default security rules cannot be deleted.")

    def show(self, world: World, parent: Record, entry: Document) -> Document:
        """The rule."""
        return show_part(parent, self.collection, entry, "Succeeded")
