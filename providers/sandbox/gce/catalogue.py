"""What is there before anybody makes anything: project, regions, zones, machine and disk types."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.errors import invalid, not_found
from providers.sandbox.gce.geography import BY_NAME, REGION_OF, REGIONS, Region
from providers.sandbox.gce.labels import metadata_document
from providers.sandbox.gce.links import Link, project_url
from providers.sandbox.gce.lists import ZONES, aggregated, listed
from providers.sandbox.gce.machine_types import TYPES, MachineType, offered
from providers.sandbox.gce.operations import USER
from providers.sandbox.gce.quotas import Quotas
from providers.sandbox.gce.router import AGGREGATED, LISTED, Route
from providers.sandbox.gce.stamps import fixed_id
from providers.sandbox.rest.message import Json

EPOCH = "1969-12-31T16:00:00.000-08:00"
"""What Compute Engine says of things that nobody made."""
PLATFORMS = ("Ampere Altra", "AMD Rome", "Intel Broadwell", "Intel Cascade Lake")
DISK_TYPES = {
    "pd-standard": ("Standard Persistent Disk", "500", "10GB-65536GB"),
    "pd-balanced": ("Balanced Persistent Disk", "100", "10GB-65536GB"),
    "pd-ssd": ("SSD Persistent Disk", "100", "10GB-65536GB"),
    "hyperdisk-balanced": ("Hyperdisk Balanced Persistent Disk", "100", "4GB-65536GB"),
}


class Catalogue:
    """Methods of the collections that nobody can change."""

    def __init__(self, cloud: Cloud, quotas: Quotas) -> None:
        self._cloud = cloud
        self._quotas = quotas

    def routes(self) -> Iterable[Route]:
        """The methods."""
        project = "projects/{project}"
        zone = f"{project}/zones/{{zone}}"
        yield Route("projects.get", "GET", project, self.project)
        yield Route("regions.list", "GET", f"{project}/regions", self.regions, LISTED)
        yield Route("regions.get", "GET", f"{project}/regions/{{region}}", self.region)
        yield Route("zones.list", "GET", f"{project}/zones", self.zones, LISTED)
        yield Route("zones.get", "GET", zone, self.zone)
        for collection, part, one, many in (
            ("machineTypes", "machineType", self.machine_type, self.machine_types),
            ("diskTypes", "diskType", self.disk_type, self.disk_types),
        ):
            path = f"{zone}/{collection}"
            yield Route(f"{collection}.list", "GET", path, many, LISTED)
            yield Route(f"{collection}.get", "GET", f"{path}/{{{part}}}", one)
            yield Route(
                f"{collection}.aggregatedList",
                "GET",
                f"{project}/aggregated/{collection}",
                self.machine_types_everywhere
                if collection == "machineTypes"
                else self.disk_types_everywhere,
                AGGREGATED,
            )

    def project(self, call: Call) -> Document:
        """projects.get"""
        return {
            "kind": "compute#project",
            "id": fixed_id(call.project),
            "creationTimestamp": EPOCH,
            "name": call.project,
            "commonInstanceMetadata": {**metadata_document({})},
            "quotas": self._quotas.of_project(call.project),
            "selfLink": project_url(call.project, "").rstrip("/"),
            "defaultServiceAccount": USER,
            "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
            "defaultNetworkTier": "PREMIUM",
        }

    def regions(self, call: Call) -> Document:
        """regions.list"""
        found = ((each.name, self._region(call, each)) for each in REGIONS)
        return listed(call, "regionList", found)

    def region(self, call: Call) -> Document:
        """regions.get"""
        region = BY_NAME.get(call.parts["region"])
        if region is None:
            raise not_found(call.path)
        return self._region(call, region)

    def zones(self, call: Call) -> Document:
        """zones.list"""
        return listed(call, "zoneList", ((zone, self._zone(call, zone)) for zone in REGION_OF))

    def zone(self, call: Call) -> Document:
        """zones.get"""
        if call.zone not in REGION_OF:
            raise not_found(call.path)
        return self._zone(call, call.zone)

    def machine_type(self, call: Call) -> Document:
        """machineTypes.get"""
        name = call.parts["machineType"]
        found = offered(call.zone).get(name)
        if found is None:
            if name in TYPES:
                raise not_found(call.path)
            raise invalid("machineType", name, "Unknown machine type.")
        return _machine_type(call.project, call.zone, found)

    def machine_types(self, call: Call) -> Document:
        """machineTypes.list"""
        return listed(call, "machineTypeList", _machine_types(call.project, [call.zone]))

    def machine_types_everywhere(self, call: Call) -> Document:
        """machineTypes.aggregatedList"""
        found = _machine_types(call.project, REGION_OF)
        return aggregated(call, "machineTypeAggregatedList", "machineTypes", ZONES, found)

    def disk_type(self, call: Call) -> Document:
        """diskTypes.get"""
        name = call.parts["diskType"]
        if name not in DISK_TYPES:
            raise not_found(call.path)
        return _disk_type(call.project, call.zone, name)

    def disk_types(self, call: Call) -> Document:
        """diskTypes.list"""
        return listed(call, "diskTypeList", _disk_types(call.project, [call.zone]))

    def disk_types_everywhere(self, call: Call) -> Document:
        """diskTypes.aggregatedList"""
        found = _disk_types(call.project, REGION_OF)
        return aggregated(call, "diskTypeAggregatedList", "diskTypes", ZONES, found)

    def _region(self, call: Call, region: Region) -> Document:
        down = self._cloud.settings.down.issuperset(region.zones)
        zones: list[Json] = [project_url(call.project, f"zones/{zone}") for zone in region.zones]
        return {
            **_standing("region", call.project, f"regions/{region.name}", region.name),
            "status": "DOWN" if down else "UP",
            "zones": zones,
            "quotas": self._quotas.of_region(call.project, region.name),
            "supportsPzs": True,
        }

    def _zone(self, call: Call, zone: str) -> Document:
        return {
            **_standing("zone", call.project, f"zones/{zone}", zone),
            "status": "DOWN" if zone in self._cloud.settings.down else "UP",
            "region": project_url(call.project, f"regions/{REGION_OF[zone]}"),
            "availableCpuPlatforms": list(PLATFORMS),
            "supportsPzs": True,
        }


def _standing(kind: str, project: str, rest: str, name: str) -> Document:
    return {
        "kind": f"compute#{kind}",
        "id": fixed_id(rest),
        "creationTimestamp": EPOCH,
        "name": name,
        "description": name,
        "selfLink": project_url(project, rest),
    }


def _machine_types(project: str, zones: Iterable[str]) -> Iterable[tuple[str, Document]]:
    for zone in zones:
        for kind in offered(zone).values():
            yield f"zones/{zone}", _machine_type(project, zone, kind)


def _machine_type(project: str, zone: str, kind: MachineType) -> Document:
    link = Link(project, f"zones/{zone}", "machineTypes", kind.name)
    shared = "Efficient Instance, " if kind.family == "e2" else ""
    return {
        **_standing("machineType", project, f"zones/{zone}/machineTypes/{kind.name}", kind.name),
        "description": f"{shared}{kind.cpus} vCPUs, {kind.memory_mib / 1024:g} GB RAM",
        "guestCpus": kind.cpus,
        "memoryMb": kind.memory_mib,
        "imageSpaceGb": 0,
        "maximumPersistentDisks": 16 if kind.shared else 128,
        "maximumPersistentDisksSizeGb": "3072" if kind.shared else "263168",
        "zone": zone,
        "selfLink": link.url,
        "isSharedCpu": kind.shared,
        "architecture": kind.arch,
    }


def _disk_types(project: str, zones: Iterable[str]) -> Iterable[tuple[str, Document]]:
    for zone in zones:
        for name in DISK_TYPES:
            yield f"zones/{zone}", _disk_type(project, zone, name)


def _disk_type(project: str, zone: str, name: str) -> Document:
    title, size, sizes = DISK_TYPES[name]
    return {
        **_standing("diskType", project, f"zones/{zone}/diskTypes/{name}", name),
        "description": title,
        "validDiskSize": sizes,
        "defaultDiskSizeGb": size,
        "zone": project_url(project, f"zones/{zone}"),
    }
