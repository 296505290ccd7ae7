"""A machine's interfaces and disks: found, checked, made with it, removed with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from providers.sandbox.arm.compute.disks import DISKS, owner_of_disk
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.addresses import PublicAddresses
from providers.sandbox.arm.network.interfaces import Interfaces
from providers.sandbox.arm.network.references import (
    ADDRESSES,
    INTERFACES,
    configurations,
    machine_interfaces,
    machine_of_interface,
    primary,
    refer,
)
from providers.sandbox.arm.refusals import bad_reference, invalid_parameter, refuse
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World

DELETE = "Delete"


def network_id(machine: ResourceId, type: str, name: str) -> ResourceId:
    """A network resource in the machine's group."""
    return ResourceId(
        machine.subscription, machine.group, "Microsoft.Network", (type.split("/")[1],), (name,)
    )


def plan_interfaces(world: World, id: ResourceId, body: Document) -> list[Record]:
    """The interfaces and addresses that have to be made with the machine, ready to be stored;
    the machine's profile then names the interfaces. Raises RestRefusal for what is wrong with
    these, or with the interfaces that are there already."""
    profile = body["properties"].get("networkProfile") or {}
    references = [dict(entry) for entry in profile.get("networkInterfaces") or []]
    wanted = profile.pop("networkInterfaceConfigurations", None) or []
    if wanted and not profile.get("networkApiVersion"):
        raise invalid_parameter(
            "Required parameter 'networkProfile.networkApiVersion' is missing (null).",
            "networkProfile.networkApiVersion",
        )
    profile.pop("networkApiVersion", None)
    made: list[Record] = []
    for configuration in wanted:
        interface, address = _new_interface(world, id, body, configuration)
        made += [interface] if address is None else [address, interface]
        properties = configuration.get("properties", {})
        reference = {"primary": properties.get("primary", len(wanted) == 1)}
        if properties.get("deleteOption"):
            reference["deleteOption"] = properties["deleteOption"]
        references.append({"id": str(interface.id), "properties": reference})
    if not references:
        raise invalid_parameter(
            "Virtual Machine must have at least one network interface.", "networkProfile"
        )
    for entry in references:
        if all(str(record.id) != entry.get("id") for record in made):
            _check_interface(world, id, body, entry)
    chosen = [one for one in references if at(one, "properties", "primary")]
    if len(references) > 1 and len(chosen) != 1:
        raise refuse(
            400,
            "VirtualMachineMustHaveOneNetworkInterfaceAsPrimary",
            f"Virtual machine {id} must have one network interface set as the primary.",
        )
    body["properties"]["networkProfile"] = {**profile, "networkInterfaces": references}
    return made


def _new_interface(
    world: World, id: ResourceId, body: Document, configuration: Document
) -> tuple[Record, Record | None]:
    properties = dict(configuration.get("properties", {}))
    interface_id = network_id(id, INTERFACES, configuration["name"])
    Interfaces.rule.check(interface_id.name)
    if world.store.find(interface_id) is not None:
        raise refuse(
            409,
            "NetworkInterfaceAlreadyExists",
            f"Network interface {interface_id} exists already and is not this machine's.",
        )
    address: Record | None = None
    entries = []
    for entry in properties.get("ipConfigurations") or []:
        given = dict(entry.get("properties", {}))
        public = given.pop("publicIPAddressConfiguration", None)
        if public is not None:
            address = _new_address(world, id, body, public)
            option = at(public, "properties", "deleteOption")
            given["publicIPAddress"] = {
                "id": str(address.id),
                **({"properties": {"deleteOption": option}} if option else {}),
            }
            # The interface is checked as if its address stood already.
            world.store.put(address)
        entries.append({"name": entry["name"], "properties": given})
    kept = ("enableAcceleratedNetworking", "enableIPForwarding", "networkSecurityGroup")
    document: Document = {
        "location": body["location"],
        "properties": {
            **{name: properties[name] for name in kept if name in properties},
            "ipConfigurations": entries,
        },
    }
    if "tags" in configuration:
        document["tags"] = configuration["tags"]
    try:
        return Interfaces().complete(world, interface_id, document, None), address
    finally:
        if address is not None:
            world.store.drop(address)


def _new_address(world: World, id: ResourceId, body: Document, public: Document) -> Record:
    address_id = network_id(id, ADDRESSES, public["name"])
    PublicAddresses.rule.check(address_id.name)
    if world.store.find(address_id) is not None:
        raise refuse(
            409,
            "PublicIPAddressAlreadyExists",
            f"Public IP address {address_id} exists already and is not this machine's.",
        )
    properties = {
        name: value
        for name, value in dict(public.get("properties", {})).items()
        if name != "deleteOption"
    }
    document: Document = {
        "location": body["location"],
        "sku": {"name": "Basic", **(public.get("sku") or {})},
        "properties": properties,
    }
    if body.get("zones"):
        document["zones"] = list(body["zones"])
    if "tags" in public:
        document["tags"] = public["tags"]
    return PublicAddresses().complete(world, address_id, document, None)


def _check_interface(world: World, id: ResourceId, body: Document, entry: Document) -> None:
    if not entry.get("id"):
        raise invalid_parameter(
            "Required parameter 'networkInterface.id' is missing (null).", "networkInterface.id"
        )
    interface = refer(world, entry["id"], INTERFACES, id, body["location"])
    entry["id"] = str(interface.id)
    user = machine_of_interface(world, interface)
    if user is not None and user.id.key != id.key:
        raise refuse(
            400,
            "NicInUse",
            f"Network Interface {interface.id} is used by existing resource {user.id}.",
        )
    zones = body.get("zones") or []
    address = public_address(world, interface)
    if zones and address is not None:
        others = address.body.get("zones") or zones
        if not set(zones) & set(others):
            raise refuse(
                400,
                "ComputeResourceZoneConstraintDoesNotMatchPublicIPAddressZoneConstraint",
                f"Compute resource {id} has a zone constraint {zones[0]} but the PublicIPAddress "
                f"{address.id} used by the compute resource via NetworkInterface or LoadBalancer "
                f"has a different zone constraint {others[0]}.",
            )


def public_address(world: World, interface: Record) -> Record | None:
    """The public address of an interface."""
    id = at(primary(interface), "properties", "publicIPAddress", "id")
    return None if id is None else world.store.find(id)


def primary_interface(world: World, machine: Record) -> Record | None:
    """The interface whose address the machine has."""
    entries = machine_interfaces(machine)
    if not entries:
        return None
    chosen = next((one for one in entries if at(one, "properties", "primary")), entries[0])
    return world.store.find(chosen["id"])


def root_disk(world: World, id: ResourceId, body: Document, premium: bool) -> Record:
    """The operating system's disk, ready to be stored; the machine's profile then names it.

    It carries the machine's tags. Its group is spelled in capitals, as Compute spells it."""
    profile = body["properties"]["storageProfile"]
    disk = profile["osDisk"]
    name = disk.setdefault("name", f"{id.name}_OsDisk_1_{uuid.uuid4().hex}")
    kind = at(disk, "managedDisk", "storageAccountType")
    kind = kind or ("Premium_LRS" if premium else "Standard_LRS")
    disk_id = ResourceId(
        id.subscription, id.group.upper(), "Microsoft.Compute", ("disks",), (name,)
    )
    if world.store.find(disk_id) is not None:
        raise refuse(
            409,
            "ConflictingUserInput",
            f"Disk {name} already exists in resource group {id.group}. Only CreateOption.Attach "
            "is supported.",
        )
    disk["managedDisk"] = {"storageAccountType": kind, "id": str(disk_id)}
    reference = profile["imageReference"]
    image = (
        f"/Subscriptions/{id.subscription}/Providers/Microsoft.Compute/Locations/"
        f"{body['location']}/Publishers/{reference['publisher']}/ArtifactTypes/VMImage/Offers/"
        f"{reference['offer']}/Skus/{reference['sku']}/Versions/{reference['exactVersion']}"
    )
    document: Document = {
        "location": body["location"],
        "sku": {"name": kind},
        "properties": {
            "osType": "Linux",
            "diskSizeGB": disk["diskSizeGB"],
            "creationData": {"createOption": "FromImage", "imageReference": {"id": image}},
        },
    }
    for name in ("tags", "zones"):
        if body.get(name):
            document[name] = body[name]
    return Record(disk_id, document)


def check_data_disks(world: World, id: ResourceId, body: Document, most: int) -> None:
    """Raises RestRefusal for data disks that cannot be attached. New ones are not made here."""
    disks = at(body, "properties", "storageProfile", "dataDisks") or []
    if len(disks) > most:
        raise refuse(
            409,
            "OperationNotAllowed",
            f"The maximum number of data disks allowed to be attached to a VM of this size is "
            f"{most}.",
        )
    for disk in disks:
        if disk["createOption"] != "Attach":
            raise refuse(
                409,
                "OperationNotAllowed",
                "The sandbox attaches data disks that exist; it makes none with a VM.",
            )
        found = world.store.find(str(at(disk, "managedDisk", "id")))
        if found is None or found.id.type != DISKS or found.location != body["location"]:
            raise bad_reference(str(at(disk, "managedDisk", "id")), id)
        owner = owner_of_disk(world, found)
        if owner is not None and owner.id.key != id.key:
            raise refuse(
                409,
                "OperationNotAllowed",
                f"Disk {found.id.name} is attached to VM {owner.id}.",
            )
        disk["name"] = found.id.name
        disk["managedDisk"] = {
            "id": str(found.id),
            "storageAccountType": found.body["sku"]["name"],
        }


def parts_to_remove(world: World, machine: Record) -> list[Record]:
    """Interfaces, addresses and disks that go with the machine, in the order in which they
    can."""
    found: list[Record | None] = []
    for entry in machine_interfaces(machine):
        if at(entry, "properties", "deleteOption") != DELETE:
            continue
        interface = world.store.find(entry["id"])
        if interface is None:
            continue
        found.append(interface)
        for configuration in configurations(interface):
            public = at(configuration, "properties", "publicIPAddress")
            if public and at(public, "properties", "deleteOption") == DELETE:
                found.append(world.store.find(public["id"]))
    profile = machine.properties.get("storageProfile") or {}
    disks: Sequence[Document] = [profile.get("osDisk") or {}, *(profile.get("dataDisks") or [])]
    for disk in disks:
        if disk.get("deleteOption") == DELETE:
            found.append(world.store.find(str(at(disk, "managedDisk", "id"))))
    return [record for record in found if record is not None]
