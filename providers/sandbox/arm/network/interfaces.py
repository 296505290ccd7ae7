"""Network interfaces."""

from __future__ import annotations

import ipaddress
from typing import ClassVar

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.addresses import PublicAddresses
from providers.sandbox.arm.network.kind import NetworkKind
from providers.sandbox.arm.network.prefixes import RESERVED, parse_prefix, prefixes_of
from providers.sandbox.arm.network.references import (
    ADDRESSES,
    GROUPS,
    INTERFACES,
    configuration_id,
    configurations,
    find_subnet,
    machine_of_interface,
    primary,
    refer,
    refer_subnet,
    same,
    user_of_address,
)
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.shapes.network import INTERFACE
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer, RestRefusal

PUBLIC = "ipconfigurations/publicipaddress"
"""What `$expand` can ask for here: public addresses whole, rather than by their ids."""
OUTPUT = ("virtualMachine", "macAddress", "primary", "hostedWorkloads", "tapConfigurations")


class Interfaces(NetworkKind):
    """Network interfaces. The machine gets the public address of the primary configuration,
    else an address of its own: the sandbox's network has no subnets."""

    type: ClassVar = INTERFACES
    shape: ClassVar = INTERFACE

    def complete(self, world: World, id: ResourceId, body: Document, old: Record | None) -> Record:
        """Every reference, and who has the addresses."""
        properties = body.setdefault("properties", {})
        for name in OUTPUT:
            properties.pop(name, None)
        entries = properties.get("ipConfigurations") or []
        if not entries:
            raise _parse("A network interface needs at least one IP configuration.")
        properties["ipConfigurations"] = [
            _configuration(world, id, body["location"], entry) for entry in entries
        ]
        _check_primary(properties["ipConfigurations"])
        group = at(properties, "networkSecurityGroup", "id")
        if group is not None:
            found = refer(world, group, GROUPS, id, body["location"])
            properties["networkSecurityGroup"] = {"id": str(found.id)}
        properties.setdefault("enableAcceleratedNetworking", False)
        properties.setdefault("enableIPForwarding", False)
        properties.setdefault("disableTcpStateTracking", False)
        properties.setdefault("nicType", "Standard")
        properties.setdefault("dnsSettings", {"dnsServers": []})
        record = Record(id, body)
        _address(world, record, old)
        return record

    def get(self, world: World, call: Call, record: Record) -> RestAnswer:
        """GET; `$expand` adds the public addresses."""
        shown = self.show(world, record)
        wanted = {word.strip().lower() for word in call.query("$expand").split(",")}
        if PUBLIC in wanted:
            for entry in shown["properties"]["ipConfigurations"]:
                id = at(entry, "properties", "publicIPAddress", "id")
                found = None if id is None else world.store.find(id)
                if found is not None:
                    address = PublicAddresses().show(world, found)
                    entry["properties"]["publicIPAddress"] = address
        return RestAnswer(200, shown)

    def properties(self, world: World, record: Record) -> Document:
        """With the machine that has it, and its addresses."""
        shown = dict(record.properties)
        machine = machine_of_interface(world, record)
        shown["ipConfigurations"] = [
            _show_configuration(record, entry) for entry in configurations(record)
        ]
        shown["dnsSettings"] = {
            "appliedDnsServers": [],
            "internalDomainNameSuffix": "internal.cloudapp.net",
            **shown["dnsSettings"],
        }
        shown["hostedWorkloads"] = []
        shown["tapConfigurations"] = []
        shown["vnetEncryptionSupported"] = False
        if machine is not None:
            shown["virtualMachine"] = {"id": str(machine.id)}
            shown["primary"] = True
            shown["macAddress"] = "-".join(
                ("00", "0D", "3A", *(record.guid[i : i + 2].upper() for i in (0, 2, 4)))
            )
        return shown

    def check_delete(self, world: World, record: Record) -> None:
        """Not while a machine has it."""
        machine = machine_of_interface(world, record)
        if machine is not None:
            raise refuse(
                400,
                "NicInUse",
                f"Network Interface {record.id} is used by existing resource {machine.id}. In "
                "order to delete the network interface, it must be dissociated from the "
                "resource. To learn more, see aka.ms/deletenic.",
                details=(),
            )

    def removed(self, world: World, record: Record) -> None:
        """Its own address may be given to others; a public one is not its own."""
        if at(primary(record), "properties", "publicIPAddress") is None:
            world.hosts.pool.let_go(record.address)


def _parse(message: str) -> RestRefusal:
    return refuse(
        400,
        "InvalidRequestFormat",
        "Cannot parse the request.",
        details=[("InvalidJson", message)],
    )


def _configuration(world: World, id: ResourceId, location: str, entry: Document) -> Document:
    name = entry.get("name")
    if not name:
        raise _parse("An IP configuration has no name.")
    own = id.child("ipConfigurations", name)
    given = dict(entry.get("properties") or {})
    given.pop("provisioningState", None)
    subnet = at(given, "subnet", "id")
    if subnet is None:
        raise refuse(
            400,
            "IpConfigurationMissingSubnet",
            f"IP configuration {own} has no subnet.",
            details=(),
        )
    network, subnet_name = refer_subnet(world, subnet, own, location)
    given["subnet"] = {"id": str(network.id.child("subnets", subnet_name))}
    if at(given, "publicIPAddress", "id") is not None:
        given["publicIPAddress"] = _public_address(world, own, location, given["publicIPAddress"])
    for group in given.get("applicationSecurityGroups") or []:
        refer(world, group.get("id", ""), "applicationSecurityGroups", own, location)
    _check_static(world, own, network, subnet_name, given)
    given.setdefault("privateIPAllocationMethod", "Dynamic")
    given.setdefault("privateIPAddressVersion", "IPv4")
    return {"name": name, "properties": given}


def _public_address(world: World, own: ResourceId, location: str, entry: Document) -> Document:
    found = refer(world, entry["id"], ADDRESSES, own, location)
    user = user_of_address(world, found)
    if user is not None and not same(user, own):
        raise refuse(
            400,
            "PublicIPAddressInUse",
            f"Resource {own} is referencing public IP address {found.id} that is already "
            f"allocated to resource {user}.",
            details=(),
        )
    option = at(entry, "properties", "deleteOption")
    return {"id": str(found.id), **({"properties": {"deleteOption": option}} if option else {})}


def _check_static(
    world: World, own: ResourceId, network: Record, subnet: str, given: Document
) -> None:
    if given.get("privateIPAllocationMethod") != "Static":
        given.pop("privateIPAddress", None)
        return
    text = given.get("privateIPAddress")
    entry = find_subnet(network, subnet)
    assert entry is not None
    nets = [parse_prefix(prefix) for prefix in prefixes_of(entry)]
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError as error:
        raise refuse(
            400,
            "InvalidIPAddress",
            f"IP configuration {own} has no valid private IP address.",
            details=(),
        ) from error
    home = next((net for net in nets if address in net), None)
    if home is None:
        raise refuse(
            400,
            "PrivateIPAddressNotInSubnet",
            f"Private static IP address {text} does not belong to the range of subnet prefix "
            f"{', '.join(map(str, nets))}.",
            details=(),
        )
    if address in [home[index] for index in (*range(RESERVED), -1)]:
        raise refuse(
            400,
            "PrivateIPAddressInReservedRange",
            f"Private static IP address {text} falls within reserved IP range of subnet prefix "
            f"{home}.",
            details=(),
        )
    for other in world.store.records(INTERFACES):
        for configuration in configurations(other):
            taken = configuration_id(other, configuration)
            properties = configuration["properties"]
            if properties.get("privateIPAddress") != text or same(taken, own):
                continue
            if same(at(properties, "subnet", "id"), given["subnet"]["id"]):
                raise refuse(
                    400,
                    "PrivateIPAddressIsAllocated",
                    f"IP configuration {own} is using the private IP address {text} which is "
                    f"already allocated to resource {taken}.",
                    details=(),
                )


def _check_primary(entries: list[Document]) -> None:
    chosen = [entry for entry in entries if at(entry, "properties", "primary")]
    if len(entries) > 1 and len(chosen) != 1:
        raise refuse(
            400,
            "MultiplePrimaryIpConfigurations" if chosen else "NoPrimaryIpConfiguration",
            "Exactly one IP configuration of a network interface has to be primary.",
            details=(),
        )
    entries[0]["properties"].setdefault("primary", not chosen)


def _address(world: World, record: Record, old: Record | None) -> None:
    """Decide which address of the sandbox's network the interface has."""
    public = at(primary(record), "properties", "publicIPAddress", "id")
    before = None if old is None else at(primary(old), "properties", "publicIPAddress", "id")
    if old is not None and same(public, before) | (public is None and before is None):
        record.address = old.address
        return
    if old is not None and machine_of_interface(world, old) is not None:
        raise refuse(
            409,
            "OperationNotAllowed",
            "The sandbox cannot change the public address of an interface that a machine has.",
            details=(),
        )
    if old is not None and before is None:
        world.hosts.pool.let_go(old.address)
    if public is None:
        record.address = world.hosts.pool.keep()
        return
    found = world.store.find(public)
    assert found is not None
    record.address = found.address


def _show_configuration(record: Record, entry: Document) -> Document:
    id = record.id.child("ipConfigurations", entry["name"])
    properties = dict(entry["properties"])
    properties.setdefault("privateIPAddress", record.address)
    return {
        "name": entry["name"],
        "id": str(id),
        "etag": f'W/"{record.etag}"',
        "type": id.type,
        "properties": {"provisioningState": record.state, **properties},
    }
