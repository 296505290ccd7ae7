"""VM sizes as ARM lists them: resource SKUs, and the older list of sizes."""

from __future__ import annotations

from providers.sandbox.arm.compute.sizes import Size, limits, offered, sizes
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.locations import LOCATIONS, Location

DISK_SKUS = ("Standard_LRS", "StandardSSD_LRS", "Premium_LRS")


def _capabilities(size: Size) -> list[Document]:
    series = size.series
    found = {
        "MaxResourceVolumeMB": "0",
        "OSVhdSizeMB": "1047552",
        "vCPUs": str(size.cores),
        "MemoryPreservingMaintenanceSupported": "True",
        "HyperVGenerations": ",".join(series.generations),
        "DiskControllerTypes": series.controller,
        "MemoryGB": f"{size.memory:g}",
        "MaxDataDiskCount": str(size.data_disks),
        "CpuArchitectureType": series.arch,
        "LowPriorityCapable": str(series.spot),
        "PremiumIO": "False" if series.quota == "standardAv2Family" else "True",
        "VMDeploymentTypes": "IaaS",
        "vCPUsAvailable": str(size.cores),
        "vCPUsPerCore": "1" if series.arch == "Arm64" else "2",
        "EphemeralOSDiskSupported": "False",
        "EncryptionAtHostSupported": "True",
        "CapacityReservationSupported": "False",
        "AcceleratedNetworkingEnabled": str(size.cores > 1),
        "RdmaEnabled": "False",
        "MaxNetworkInterfaces": str(2 if size.cores <= 4 else 4 if size.cores <= 8 else 8),
    }
    if not series.trusted:
        found["TrustedLaunchDisabled"] = "True"
    return [{"name": name, "value": value} for name, value in found.items()]


def _restrictions(size: Size, location: Location) -> list[Document]:
    bounds = limits(size, location.name)
    found: list[Document] = []
    if bounds.location:
        found.append(
            {
                "type": "Location",
                "values": [location.name],
                "restrictionInfo": {"locations": [location.name]},
                "reasonCode": "NotAvailableForSubscription",
            }
        )
    zones = location.zones if bounds.location else bounds.zones
    if zones:
        found.append(
            {
                "type": "Zone",
                "values": [location.name],
                "restrictionInfo": {"locations": [location.name], "zones": list(zones)},
                "reasonCode": "NotAvailableForSubscription",
            }
        )
    return found


def list_skus(only: str) -> list[Document]:
    """Resource SKUs of one location, or of all for an empty name: one entry for each size and
    location, as ARM has them."""
    places = [one for one in LOCATIONS.values() if not only or one.name == only]
    machines = [
        {
            "resourceType": "virtualMachines",
            "name": size.name,
            "tier": "Standard",
            "size": size.name.removeprefix("Standard_"),
            "family": size.series.quota,
            "locations": [place.name],
            "locationInfo": [
                {"location": place.name, "zones": list(place.zones), "zoneDetails": []}
            ],
            "capabilities": _capabilities(size),
            "restrictions": _restrictions(size, place),
        }
        for place in places
        for size in sizes().values()
        if offered(size, place.name)
    ]
    disks = [
        {
            "resourceType": "disks",
            "name": name,
            "tier": name.partition("_")[0],
            "size": "P10" if name.startswith("Premium") else "S10",
            "locations": [place.name],
            "locationInfo": [
                {"location": place.name, "zones": list(place.zones), "zoneDetails": []}
            ],
            "capabilities": [{"name": "MaxSizeGiB", "value": "128"}],
            "restrictions": [],
        }
        for place in places
        for name in DISK_SKUS
    ]
    return [*disks, *machines]


def list_sizes(location: str) -> list[Document]:
    """The older list of a location's sizes."""
    return [
        {
            "name": size.name,
            "numberOfCores": size.cores,
            "osDiskSizeInMB": 1047552,
            "resourceDiskSizeInMB": 0,
            "memoryInMB": int(size.memory * 1024),
            "maxDataDiskCount": size.data_disks,
        }
        for size in sizes().values()
        if offered(size, location)
    ]
