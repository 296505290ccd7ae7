"""Virtual networks and their subnets."""

from __future__ import annotations

from typing import ClassVar

from providers.sandbox.arm.checks import VIRTUAL_NETWORK_NAME
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.kind import NetworkKind, show_part
from providers.sandbox.arm.network.prefixes import check_subnets, parse_prefix, prefixes_of
from providers.sandbox.arm.network.references import (
    GROUPS,
    NETWORKS,
    find_subnet,
    refer,
    users_of_subnet,
)
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.shapes.network import VIRTUAL_NETWORK
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World

DEFAULTS = {
    "privateEndpointNetworkPolicies": "Disabled",
    "privateLinkServiceNetworkPolicies": "Enabled",
}
STORED = ("name", "properties")


class VirtualNetworks(NetworkKind):
    """Virtual networks. A PUT without subnets takes the subnets away, as on Azure."""

    type: ClassVar = NETWORKS
    shape: ClassVar = VIRTUAL_NETWORK
    rule: ClassVar = VIRTUAL_NETWORK_NAME

    def complete(self, world: World, id: ResourceId, body: Document, old: Record | None) -> Record:
        """Prefixes, subnets, and that nothing in use goes."""
        properties = body.setdefault("properties", {})
        spaces = [
            parse_prefix(text) for text in at(properties, "addressSpace", "addressPrefixes") or ()
        ]
        if not spaces:
            raise refuse(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[
                    (
                        "MissingJsonProperty",
                        "Required property 'addressSpace.addressPrefixes' is missing. Path "
                        "'properties.addressSpace'.",
                    )
                ],
            )
        record = Record(id, body)
        subnets = [
            complete_subnet(world, record, entry) for entry in properties.get("subnets") or []
        ]
        check_subnets(id.name, spaces, subnets)
        properties["subnets"] = subnets
        properties.setdefault("enableDdosProtection", False)
        properties.setdefault("privateEndpointVNetPolicies", "Disabled")
        if old is not None:
            for entry in old.properties["subnets"]:
                check_replaced(world, old, entry, find_subnet(record, entry["name"]))
        return record

    def properties(self, world: World, record: Record) -> Document:
        """With its subnets as they are shown."""
        shown = dict(record.properties)
        shown["subnets"] = [show_subnet(world, record, entry) for entry in shown["subnets"]]
        shown.setdefault("virtualNetworkPeerings", [])
        return shown

    def check_delete(self, world: World, record: Record) -> None:
        """Not while an interface is in one of its subnets."""
        for entry in record.properties["subnets"]:
            check_unused(world, record, entry)


def complete_subnet(world: World, network: Record, entry: Document) -> Document:
    """A subnet with its defaults. Raises RestRefusal for references to what does not exist."""
    if not entry.get("name"):
        raise refuse(400, "InvalidResourceName", "Resource name is invalid: a subnet has no name.")
    VirtualNetworks.rule.check(entry["name"])
    subnet = {name: value for name, value in entry.items() if name in STORED}
    properties = {**DEFAULTS, **dict(subnet.get("properties") or {})}
    drop = ("provisioningState", "ipConfigurations", "purpose")
    properties = {name: value for name, value in properties.items() if name not in drop}
    group = at(properties, "networkSecurityGroup", "id")
    if group is not None:
        id = network.id.child("subnets", entry["name"])
        found = refer(world, group, GROUPS, id, network.location)
        properties["networkSecurityGroup"] = {"id": str(found.id)}
    for unknown in ("routeTable", "natGateway"):
        if at(properties, unknown, "id"):
            refer(world, properties[unknown]["id"], unknown, network.id, network.location)
    properties.setdefault("delegations", [])
    return {"name": entry["name"], "properties": properties}


def show_subnet(world: World, network: Record, entry: Document) -> Document:
    """A subnet as it is shown, with the IP configurations in it."""
    shown = show_part(network, "subnets", entry, network.state)
    users = users_of_subnet(world, network, entry["name"])
    if users:
        shown["properties"]["ipConfigurations"] = [{"id": user} for user in users]
    return shown


def check_unused(world: World, network: Record, entry: Document) -> None:
    """Raises RestRefusal for a subnet that an interface is in."""
    users = users_of_subnet(world, network, entry["name"])
    if users:
        raise refuse(
            400,
            "InUseSubnetCannotBeDeleted",
            f"Subnet {entry['name']} is in use by {users[0]} and cannot be deleted. In order to "
            "delete the subnet, delete all the resources within the subnet. See "
            "aka.ms/deletesubnet.",
            details=(),
        )


def check_replaced(world: World, network: Record, old: Document, new: Document | None) -> None:
    """Raises RestRefusal where a subnet that is in use would go or move."""
    if new is None:
        check_unused(world, network, old)
    elif prefixes_of(old) != prefixes_of(new) and users_of_subnet(world, network, old["name"]):
        raise refuse(
            400,
            "InUsePrefixCannotBeDeleted",
            f"IpPrefix {prefixes_of(old)[0]} on Subnet {old['name']} has active allocations and "
            "cannot be deleted.",
            details=(),
        )
