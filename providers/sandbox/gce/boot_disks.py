"""The disks of `instances.insert`: made with the instance, or there already."""

from __future__ import annotations

from dataclasses import dataclass

from providers.sandbox.gce.call import Call, Document, part, text, texts
from providers.sandbox.gce.cloud import Cloud, Origin
from providers.sandbox.gce.disks import Disks
from providers.sandbox.gce.errors import already_exists, in_use, invalid
from providers.sandbox.gce.links import BASE, Link, last_part, read_link
from providers.sandbox.gce.machine_types import MachineType
from providers.sandbox.rest.message import Json

ARCHES = {"X86_64": "x86_64", "ARM64": "arm64"}


@dataclass(frozen=True)
class NewDisk:
    """A disk to be made with the instance: where, and its Disk resource as a request has it."""

    link: Link
    body: Document
    size_field: str


@dataclass(frozen=True)
class DiskPlan:
    """All disks of an instance that may be made: as it shows them, those to be made, those to
    be attached, and what its machine boots from."""

    shown: tuple[Json, ...]
    new: tuple[NewDisk, ...]
    old: tuple[Link, ...]
    boot: Origin


class BootDisks:
    """Reads what requests say of disks. Raises RestRefusal for what cannot be."""

    def __init__(self, cloud: Cloud, disks: Disks) -> None:
        self._cloud = cloud
        self._disks = disks

    def plan(self, call: Call, link: Link, kind: MachineType, given: list[Document]) -> DiskPlan:
        """The disks of a request; changes nothing."""
        field = "resource.disks"
        if not given:
            raise invalid(field, "", "No disks are specified.")
        if not given[0].get("boot"):
            raise invalid(f"{field}[0].boot", "false", "The first disk must be a boot disk.")
        if any(one.get("boot") for one in given[1:]):
            raise invalid(f"{field}[1].boot", "true", "Only one disk can be the boot disk.")
        shown: list[Json] = []
        new: list[NewDisk] = []
        old: list[Link] = []
        boot: Origin | None = None
        for index, one in enumerate(given):
            place = f"{field}[{index}]"
            if bool(one.get("source")) == bool(one.get("initializeParams")):
                raise invalid(place, "", "Give either source or initializeParams.")
            if one.get("source"):
                disk_link, disk = self._old_disk(call, one, place)
                old.append(disk_link)
                boot = boot or self._cloud.origins.get(disk_link.url)
            else:
                wanted = self._new_disk(call, link, kind, one, place, index)
                disk, _ = self._disks.plan(
                    wanted.link,
                    wanted.body,
                    f"{place}.initializeParams",
                    size_field=wanted.size_field,
                )
                new.append(wanted)
                disk_link = wanted.link
                boot = boot or self._cloud.origins.get(text(disk, "sourceImage"))
            shown.append(_attached(one, disk, disk_link, index))
            if index == 0:
                self._check_boot(kind, disk, place)
                if boot is None:
                    raise invalid(f"{place}.source", disk_link.url, "There is no image on it.")
        assert boot is not None
        return DiskPlan(tuple(shown), tuple(new), tuple(old), boot)

    def _old_disk(self, call: Call, one: Document, place: str) -> tuple[Link, Document]:
        found = read_link(text(one, "source"), "disks", call.project, f"{place}.source")
        disk = self._cloud.store.get(found)
        if found.scope != call.scope:
            raise invalid(f"{place}.source", found.url, "The disk is in another zone.")
        for user in texts(disk, "users"):
            raise in_use("disk", found.path, user.removeprefix(BASE))
        return found, disk

    def _new_disk(
        self, call: Call, link: Link, kind: MachineType, one: Document, place: str, index: int
    ) -> NewDisk:
        params = part(one, "initializeParams")
        name = text(params, "diskName") or (link.name if index == 0 else f"{link.name}-{index}")
        disk_link = call.link("disks", name)
        if self._cloud.store.find(disk_link) is not None:
            raise already_exists(disk_link.path)
        body: Document = {
            "name": name,
            "type": text(params, "diskType") or f"zones/{call.zone}/diskTypes/{kind.disks[0]}",
            "sizeGb": params.get("diskSizeGb") or one.get("diskSizeGb"),
        }
        for member in ("description", "labels", "licenses", "sourceImage", "architecture"):
            if params.get(member):
                body[member] = params[member]
        if one.get("guestOsFeatures"):
            body["guestOsFeatures"] = one["guestOsFeatures"]
        if not body["sizeGb"]:
            del body["sizeGb"]
        return NewDisk(disk_link, body, f"{place}.initializeParams.diskSizeGb")

    def _check_boot(self, kind: MachineType, disk: Document, place: str) -> None:
        """The type takes the disk, runs the image, and this computer can run the type."""
        arch = text(disk, "architecture", kind.arch)
        if arch != kind.arch:
            raise invalid(
                f"{place}.initializeParams.sourceImage",
                disk.get("sourceImage", ""),
                f"Machine type {kind.name} runs {kind.arch} images and cannot boot one for {arch}.",
            )
        disk_type = last_part(text(disk, "type"))
        if disk_type not in kind.disks:
            raise invalid(
                f"{place}.initializeParams.diskType",
                disk_type,
                f"[{disk_type}] features are not compatible for creating instance of machine "
                f"type {kind.name}.",
            )
        if not self._cloud.hosts.can_run(ARCHES[kind.arch]):
            raise invalid(
                "resource.machineType", kind.name, f"The sandbox cannot run {kind.arch} machines."
            )


def _attached(one: Document, disk: Document, link: Link, index: int) -> Document:
    shown: Document = {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": text(one, "mode", "READ_WRITE"),
        "source": link.url,
        "deviceName": text(one, "deviceName", f"persistent-disk-{index}"),
        "index": index,
        "boot": bool(one.get("boot")),
        "autoDelete": bool(one.get("autoDelete")),
        "interface": text(one, "interface", "SCSI"),
        "diskSizeGb": disk["sizeGb"],
    }
    for member in ("licenses", "guestOsFeatures", "architecture"):
        if member in disk:
            shown[member] = disk[member]
    return shown
