"""Managed disks. They have a size and an owner, and hold nothing."""

from __future__ import annotations

from typing import ClassVar

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import NameRule, check_tags, read
from providers.sandbox.arm.document import Document, merge
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.kind import Tracked
from providers.sandbox.arm.network.references import MACHINES, same
from providers.sandbox.arm.polling import async_headers
from providers.sandbox.arm.refusals import busy_compute, invalid_parameter, refuse
from providers.sandbox.arm.shapes.compute import DISK, DISK_PATCH
from providers.sandbox.arm.store import Record, stamp
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer, RestRefusal

DISKS = "Microsoft.Compute/disks"
GIB = 1024**3
SPEED = {"diskIOPSReadWrite": 500, "diskMBpsReadWrite": 60}
LARGEST = 32767  # GiB


class Disks(Tracked):
    """Managed disks."""

    type: ClassVar = DISKS
    shape: ClassVar = DISK
    patch_shape: ClassVar = DISK_PATCH
    family: ClassVar = "compute"
    statuses: ClassVar = (202, 202)
    rule: ClassVar = NameRule(
        r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?",
        80,
        "The name must begin with a letter or number, end with a letter, number or underscore, "
        "and may contain only letters, numbers, underscores, periods, or hyphens.",
    )

    def complete(self, world: World, id: ResourceId, body: Document, old: Record | None) -> Record:
        """Its size, which never shrinks."""
        properties = body.get("properties")
        if not properties or not properties.get("creationData"):
            raise invalid_parameter(
                "Required parameter 'disk.creationData' is missing (null).", "disk.creationData"
            )
        creation = properties["creationData"]
        size = properties.get("diskSizeGB")
        if creation["createOption"] == "Empty" and size is None:
            raise invalid_parameter(
                "Required parameter 'disk.diskSizeGB' is missing (null).", "disk.diskSizeGB"
            )
        if size is not None and not 1 <= size <= LARGEST:
            raise invalid_parameter(
                f"The value of parameter disk.diskSizeGB is invalid: '{size}'. It has to be "
                f"between 1 and {LARGEST}.",
                "disk.diskSizeGB",
            )
        if old is not None:
            _check_unchanged(old, body)
        source = creation.get("sourceResourceId")
        if source and world.store.find(source) is None:
            raise refuse(404, "NotFound", f"Resource {source} is not found.")
        for name in ("timeCreated", "provisioningState", "uniqueId", "diskState", "diskSizeBytes"):
            properties.pop(name, None)
        for name in ("managedBy", "managedByExtended", "systemData"):
            body.pop(name, None)
        body["sku"] = {"name": (body.get("sku") or {}).get("name", "Standard_LRS")}
        properties.setdefault("diskSizeGB", 30)
        return Record(id, body)

    def show(self, world: World, record: Record) -> Document:
        """With its owner."""
        return show_disk(world, record)

    def busy(self, world: World, call: Call, record: Record) -> RestRefusal:
        """Another change goes on."""
        return busy_compute(record.id.name)

    def patch(self, world: World, call: Call, record: Record) -> RestAnswer:
        """Change tags, sku or size, which takes a moment."""
        body = read(DISK_PATCH, call, self.show(world, record), "compute")
        check_tags(body.get("tags"))
        if record.busy:
            raise self.busy(world, call, record)
        merged = merge(record.body, {name: body[name] for name in body if name != "tags"})
        if "tags" in body:
            merged["tags"] = body["tags"]
        _check_unchanged(record, merged)
        record.body = merged
        record.touch()
        operation = self._change(world, record, fault=call.doom())
        record.state = "Updating"
        headers = async_headers(world, call, operation, result=True)
        return RestAnswer(202, self.show(world, record), headers)

    def check_delete(self, world: World, record: Record) -> None:
        """Not while a machine has it."""
        owner = owner_of_disk(world, record)
        if owner is not None:
            raise refuse(
                409,
                "OperationNotAllowed",
                f"Disk {record.id.name} is attached to VM {owner.id}.",
            )


def owner_of_disk(world: World, disk: Record) -> Record | None:
    """The machine that has a disk."""
    for machine in world.store.records(MACHINES):
        if any(same(id, disk.id) for id in disk_ids(machine)):
            return machine
    return None


def disk_ids(machine: Record) -> list[str]:
    """Ids of the disks that a machine has, the operating system's first."""
    profile = machine.properties.get("storageProfile") or {}
    entries = [profile.get("osDisk") or {}, *(profile.get("dataDisks") or [])]
    found = [(entry.get("managedDisk") or {}).get("id") for entry in entries]
    return [id for id in found if id]


def show_disk(world: World, record: Record) -> Document:
    """A disk as GET and lists show it."""
    owner = owner_of_disk(world, record)
    body = {name: value for name, value in record.body.items() if name != "properties"}
    sku = record.body["sku"]["name"]
    properties: Document = {
        **record.properties,
        **SPEED,
        "provisioningState": record.state,
        "timeCreated": stamp(record.made),
        "diskSizeBytes": record.properties["diskSizeGB"] * GIB,
        "uniqueId": record.guid,
        "diskState": "Unattached" if owner is None else "Attached",
        "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
        "networkAccessPolicy": record.properties.get("networkAccessPolicy", "AllowAll"),
        "publicNetworkAccess": record.properties.get("publicNetworkAccess", "Enabled"),
    }
    return {
        "name": record.id.name,
        "id": str(record.id),
        "type": record.id.type,
        **body,
        "sku": {"name": sku, "tier": sku.partition("_")[0]},
        **({} if owner is None else {"managedBy": str(owner.id)}),
        "properties": properties,
    }


def _check_unchanged(old: Record, body: Document) -> None:
    before, after = old.properties, body["properties"]
    if "creationData" in after and after["creationData"] != before["creationData"]:
        raise refuse(
            409,
            "PropertyChangeNotAllowed",
            "Changing property 'creationData' is not allowed.",
            target="creationData",
        )
    if after.get("diskSizeGB", before["diskSizeGB"]) < before["diskSizeGB"]:
        raise refuse(
            400,
            "BadRequest",
            f"Failed to update disk {old.id.name}: the new size is smaller than the existing one. "
            "Disks cannot be downsized.",
        )
    if (body.get("zones") or []) != (old.body.get("zones") or []):
        raise refuse(
            409,
            "ResourceAvailabilityZonesCannotBeModified",
            f"The zones of disk {old.id.name} cannot be modified.",
        )
