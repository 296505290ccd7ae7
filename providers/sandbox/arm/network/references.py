"""Who refers to whom: both directions of every link between network resources and machines."""

from __future__ import annotations

from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId, parse_id
from providers.sandbox.arm.refusals import bad_reference, not_provisioned
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World

NETWORKS = "Microsoft.Network/virtualNetworks"
GROUPS = "Microsoft.Network/networkSecurityGroups"
ADDRESSES = "Microsoft.Network/publicIPAddresses"
INTERFACES = "Microsoft.Network/networkInterfaces"
MACHINES = "Microsoft.Compute/virtualMachines"
PUT_OPERATIONS = {
    NETWORKS: "PutVirtualNetworkOperation",
    GROUPS: "PutNetworkSecurityGroupOperation",
    ADDRESSES: "PutPublicIpAddressOperation",
    INTERFACES: "PutNicOperation",
}


def same(one: object, other: object) -> bool:
    """Whether two ids are the same resource's."""
    return one is not None and other is not None and str(one).lower() == str(other).lower()


def refer(world: World, text: str, type: str, source: ResourceId, location: str) -> Record:
    """The resource that a reference names. Raises RestRefusal when there is none of that type
    in that location, and when it is not ready."""
    id = parse_id(text)
    found = world.store.find(id) if id is not None else None
    if found is None or found.id.type != type or found.location != location:
        raise bad_reference(text, source)
    if found.busy:
        raise not_provisioned(found.id, source, PUT_OPERATIONS.get(type, "PutOperation"))
    return found


def find_subnet(network: Record, name: str) -> Document | None:
    """A subnet of a virtual network."""
    for subnet in network.properties.get("subnets") or []:
        if subnet["name"].lower() == name.lower():
            found: Document = subnet
            return found
    return None


def refer_subnet(world: World, text: str, source: ResourceId, location: str) -> tuple[Record, str]:
    """The virtual network and the name of the subnet that a reference names."""
    id = parse_id(text)
    if id is None or len(id.types) != 2:
        raise bad_reference(text, source)
    network = refer(world, str(id.parent), NETWORKS, source, location)
    subnet = find_subnet(network, id.name)
    if subnet is None:
        raise bad_reference(text, source)
    return network, str(subnet["name"])


def configurations(interface: Record) -> list[Document]:
    """The IP configurations of an interface."""
    found: list[Document] = interface.properties.get("ipConfigurations") or []
    return found


def configuration_id(interface: Record, configuration: Document) -> str:
    """The id of an IP configuration."""
    return str(interface.id.child("ipConfigurations", configuration["name"]))


def primary(interface: Record) -> Document:
    """The configuration whose address the machine has."""
    found = configurations(interface)
    return next((one for one in found if at(one, "properties", "primary")), found[0])


def users_of_subnet(world: World, network: Record, name: str) -> list[str]:
    """Ids of the IP configurations in a subnet."""
    wanted = network.id.child("subnets", name)
    return [
        configuration_id(interface, configuration)
        for interface in world.store.records(INTERFACES)
        for configuration in configurations(interface)
        if same(at(configuration, "properties", "subnet", "id"), wanted)
    ]


def user_of_address(world: World, address: Record) -> str | None:
    """The id of the IP configuration that has a public address."""
    for interface in world.store.records(INTERFACES):
        for configuration in configurations(interface):
            if same(at(configuration, "properties", "publicIPAddress", "id"), address.id):
                return configuration_id(interface, configuration)
    return None


def interfaces_of_group(world: World, group: Record) -> list[Record]:
    """The interfaces that have a security group."""
    return [
        interface
        for interface in world.store.records(INTERFACES)
        if same(at(interface.properties, "networkSecurityGroup", "id"), group.id)
    ]


def subnets_of_group(world: World, group: Record) -> list[str]:
    """Ids of the subnets that have a security group."""
    return [
        str(network.id.child("subnets", subnet["name"]))
        for network in world.store.records(NETWORKS)
        for subnet in network.properties.get("subnets") or []
        if same(at(subnet, "properties", "networkSecurityGroup", "id"), group.id)
    ]


def machine_interfaces(machine: Record) -> list[Document]:
    """What a machine says of its interfaces: id and deletion option of each."""
    found: list[Document] = at(machine.properties, "networkProfile", "networkInterfaces") or []
    return found


def machine_of_interface(world: World, interface: Record) -> Record | None:
    """The machine that has an interface."""
    for machine in world.store.records(MACHINES):
        if any(same(entry.get("id"), interface.id) for entry in machine_interfaces(machine)):
            return machine
    return None
