"""From the body of `instances.insert` to what is to be made; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from providers.sandbox.gce.addresses import Addresses
from providers.sandbox.gce.call import Call, Document, part, parts, text, texts
from providers.sandbox.gce.cloud import Cloud, Origin
from providers.sandbox.gce.disks import Disks
from providers.sandbox.gce.errors import already_exists, in_use, invalid, required
from providers.sandbox.gce.geography import REGION_OF
from providers.sandbox.gce.labels import check_labels, check_metadata
from providers.sandbox.gce.links import BASE, Link, last_part, project_url, read_link
from providers.sandbox.gce.machine_types import TYPES, MachineType, offered
from providers.sandbox.gce.scheduling import read_scheduling
from providers.sandbox.gce.stamps import fingerprint
from providers.sandbox.rest.message import Json

ARCHES = {"X86_64": "x86_64", "ARM64": "arm64"}
MOST_TAGS = 64


@dataclass(frozen=True)
class NewDisk:
    """A disk to be made with the instance: where, and its Disk resource as a request has it."""

    link: Link
    body: Document
    size_field: str


@dataclass(frozen=True)
class InstancePlan:
    """An instance that may be made. `boot` is what its machine boots from; `document` the
    resource without what only its making shows; `reserved` the address it asks for."""

    link: Link
    kind: MachineType
    boot: Origin
    new_disks: tuple[NewDisk, ...]
    old_disks: tuple[Link, ...]
    document: Document
    labels: Document
    metadata: dict[str, str]
    reserved: Document | None


class Planner:
    """Reads requests for instances. Raises RestRefusal for one that cannot be met."""

    def __init__(self, cloud: Cloud, disks: Disks, addresses: Addresses) -> None:
        self._cloud = cloud
        self._disks = disks
        self._addresses = addresses

    def plan(self, call: Call) -> InstancePlan:
        """What a call of `instances.insert` asks for."""
        body = dict(call.body)
        if not body.get("name"):
            raise required("resource.name")
        link = call.link("instances", text(body, "name"))
        if self._cloud.store.find(link) is not None:
            raise already_exists(link.path)
        kind = self._machine_type(call, text(body, "machineType"))
        labels = check_labels(body.pop("labels", None), "resource.labels")
        metadata = check_metadata(body.pop("metadata", None), "resource.metadata")
        shown, new, old, boot = self._plan_disks(call, link, kind, parts(body, "disks"))
        interfaces, reserved = self._interfaces(call, parts(body, "networkInterfaces"))
        document: Document = {
            "description": "",
            "canIpForward": False,
            "deletionProtection": False,
            "startRestricted": False,
            "shieldedInstanceConfig": {
                "enableSecureBoot": False,
                "enableVtpm": True,
                "enableIntegrityMonitoring": True,
                **part(body, "shieldedInstanceConfig"),
            },
            "shieldedInstanceIntegrityPolicy": {"updateAutoLearnPolicy": True},
            "reservationAffinity": {"consumeReservationType": "ANY_RESERVATION"},
            "satisfiesPzs": False,
            **{key: value for key, value in body.items() if key not in NOT_SHOWN},
            "machineType": project_url(call.project, f"zones/{call.zone}/machineTypes/{kind.name}"),
            "cpuPlatform": "Ampere Altra" if kind.arch == "ARM64" else "Intel Broadwell",
            "tags": tags_document(texts(part(body, "tags"), "items"), "resource.tags"),
            "scheduling": read_scheduling(part(body, "scheduling")),
            "disks": shown,
            "networkInterfaces": interfaces,
        }
        return InstancePlan(link, kind, boot, new, old, document, labels, metadata, reserved)

    def _machine_type(self, call: Call, given: str) -> MachineType:
        field = "resource.machineType"
        if not given:
            raise required(field)
        found = read_link(given, "machineTypes", call.project, field)
        if found.scope != call.scope:
            raise invalid(field, given, f"The machine type is not in zone {call.zone}.")
        if found.name not in offered(call.zone):
            raise invalid(
                field,
                given,
                f"Machine type with name '{found.name}' does not exist in zone '{call.zone}'.",
            )
        return TYPES[found.name]

    def _plan_disks(
        self, call: Call, link: Link, kind: MachineType, given: list[Document]
    ) -> tuple[list[Json], tuple[NewDisk, ...], tuple[Link, ...], Origin]:
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
        return shown, tuple(new), tuple(old), boot

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

    def _interfaces(self, call: Call, given: list[Document]) -> tuple[list[Json], Document | None]:
        field = "resource.networkInterfaces"
        if not given:
            raise invalid(field, "", "At least one network interface is required.")
        if len(given) > 1:
            raise invalid(f"{field}[1]", "", "The sandbox's machines have one interface.")
        nic = given[0]
        if nic.get("networkIP"):
            raise invalid(
                f"{field}[0].networkIP",
                nic["networkIP"],
                "The sandbox chooses internal addresses itself.",
            )
        subnet = self._subnet(call, nic, f"{field}[0]")
        made: Document = {
            "kind": "compute#networkInterface",
            "name": "nic0",
            "network": subnet["network"],
            "subnetwork": subnet["selfLink"],
            "stackType": text(nic, "stackType", "IPV4_ONLY"),
        }
        if nic.get("nicType"):
            made["nicType"] = nic["nicType"]
        reserved: Document | None = None
        configs = parts(nic, "accessConfigs")
        if len(configs) > 1:
            raise invalid(f"{field}[0].accessConfigs[1]", "", "At most one access config.")
        if configs:
            made["accessConfigs"] = [access_config(configs[0])]
            if configs[0].get("natIP"):
                reserved = self._addresses.reserved(
                    call.project,
                    text(configs[0], "natIP"),
                    f"{field}[0].accessConfigs[0].natIP",
                )
        return [made], reserved

    def _subnet(self, call: Call, nic: Document, place: str) -> Document:
        """The subnetwork that is named, or the network's own in this region."""
        region = REGION_OF[call.zone]
        if nic.get("subnetwork"):
            given = text(nic, "subnetwork")
            found = read_link(given, "subnetworks", call.project, f"{place}.subnetwork")
            if found.scope != f"regions/{region}":
                raise invalid(f"{place}.subnetwork", given, f"It is not in region {region}.")
            subnet = self._cloud.store.get(found)
            if nic.get("network"):
                named = self._network(call, nic, place)
                if named["selfLink"] != subnet["network"]:
                    raise invalid(f"{place}.subnetwork", given, "It is in another network.")
            return subnet
        network = self._network(call, nic, place)
        if network["autoCreateSubnetworks"]:
            for url in texts(network, "subnetworks"):
                link = read_link(url, "subnetworks", call.project, f"{place}.subnetwork")
                if link.scope == f"regions/{region}":
                    return self._cloud.store.get(link)
        raise invalid(
            f"{place}.subnetwork",
            "",
            "A subnetwork must be specified if the network resource is in custom subnet mode.",
        )

    def _network(self, call: Call, nic: Document, place: str) -> Document:
        given = text(nic, "network", "global/networks/default")
        return self._cloud.store.get(read_link(given, "networks", call.project, f"{place}.network"))


NOT_SHOWN = frozenset({"params", "shieldedInstanceConfig", "fingerprint", "labelFingerprint"})


def access_config(given: Document) -> Document:
    """An interface's way out, before it has an address."""
    return {
        "kind": "compute#accessConfig",
        "type": text(given, "type", "ONE_TO_ONE_NAT"),
        "name": text(given, "name", "external-nat"),
        "networkTier": text(given, "networkTier", "PREMIUM"),
    }


def tags_document(items: list[str], field: str) -> Document:
    """The Tags resource. Raises RestRefusal."""
    if len(items) > MOST_TAGS:
        raise invalid(f"{field}.items", "", f"At most {MOST_TAGS} tags.")
    if len(set(items)) < len(items):
        raise invalid(f"{field}.items", "", "A tag is there twice.")
    document: Document = {"fingerprint": fingerprint({"tags": [*items]})}
    if items:
        document["items"] = [*items]
    return document


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
