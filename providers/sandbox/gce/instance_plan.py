"""From the body of `instances.insert` to what is to be made; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from providers.sandbox.gce.addresses import Addresses
from providers.sandbox.gce.boot_disks import BootDisks, DiskPlan
from providers.sandbox.gce.call import Call, Document, part, parts, text, texts
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.disks import Disks
from providers.sandbox.gce.errors import already_exists, invalid, required
from providers.sandbox.gce.geography import REGION_OF
from providers.sandbox.gce.labels import check_labels, check_metadata
from providers.sandbox.gce.links import Link, project_url, read_link
from providers.sandbox.gce.machine_types import TYPES, MachineType, offered
from providers.sandbox.gce.scheduling import read_scheduling
from providers.sandbox.gce.stamps import fingerprint
from providers.sandbox.rest.message import Json

MOST_TAGS = 64


@dataclass(frozen=True)
class InstancePlan:
    """An instance that may be made. `document` is the resource without what only its making
    shows, `reserved` the address that it asks for."""

    link: Link
    kind: MachineType
    disks: DiskPlan
    document: Document
    labels: Document
    metadata: dict[str, str]
    reserved: Document | None


class Planner:
    """Reads requests for instances. Raises RestRefusal for one that cannot be met."""

    def __init__(self, cloud: Cloud, disks: Disks, addresses: Addresses) -> None:
        self._cloud = cloud
        self._boot_disks = BootDisks(cloud, disks)
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
        disks = self._boot_disks.plan(call, link, kind, parts(body, "disks"))
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
            "disks": [*disks.shown],
            "networkInterfaces": interfaces,
        }
        return InstancePlan(link, kind, disks, document, labels, metadata, reserved)

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
