"""The permissions that each call needs. Data only; docs/permissions.md is held against it.

Source: the section "IAM Permissions" of each method in the Compute Engine API reference.
"""

from __future__ import annotations

from collections.abc import Mapping

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "addresses.delete": ("compute.addresses.delete",),
    "addresses.get": ("compute.addresses.get",),
    "addresses.list": ("compute.addresses.list",),
    "disks.aggregatedList": ("compute.disks.list",),
    "disks.delete": ("compute.disks.delete",),
    "disks.get": ("compute.disks.get",),
    "disks.testIamPermissions": (),
    "firewalls.delete": ("compute.firewalls.delete", "compute.networks.updatePolicy"),
    "firewalls.insert": ("compute.firewalls.create", "compute.networks.updatePolicy"),
    "firewalls.list": ("compute.firewalls.list",),
    "firewalls.patch": (
        "compute.firewalls.get",
        "compute.firewalls.update",
        "compute.networks.updatePolicy",
    ),
    "firewalls.testIamPermissions": (),
    "globalOperations.wait": ("compute.globalOperations.get",),
    "images.getFromFamily": (),
    "instances.aggregatedList": ("compute.instances.list",),
    "instances.delete": ("compute.instances.delete",),
    "instances.get": ("compute.instances.get",),
    "instances.getGuestAttributes": ("compute.instances.getGuestAttributes",),
    "instances.getSerialPortOutput": ("compute.instances.getSerialPortOutput",),
    "instances.insert": (
        "compute.disks.create",
        "compute.disks.setLabels",
        "compute.instances.create",
        "compute.instances.setLabels",
        "compute.instances.setMetadata",
        "compute.instances.setTags",
        "compute.subnetworks.use",
        "compute.subnetworks.useExternalIp",
    ),
    "instances.resume": ("compute.instances.resume",),
    "instances.setLabels": ("compute.instances.setLabels",),
    "instances.start": ("compute.instances.start",),
    "instances.testIamPermissions": (),
    "machineTypes.aggregatedList": ("compute.machineTypes.list",),
    "projects.get": ("compute.projects.get",),
    "regionOperations.wait": ("compute.regionOperations.get",),
    "regions.get": ("compute.regions.get",),
    "subnetworks.get": ("compute.subnetworks.get",),
    "subnetworks.testIamPermissions": (),
    "zoneOperations.wait": ("compute.zoneOperations.get",),
    "zones.list": ("compute.zones.list",),
}
"""Operation to permissions. Google's image projects let everyone with an account read and use
their images; asking what one may do needs no permission."""
