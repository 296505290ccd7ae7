"""The Azure actions that each call needs. Data only; docs/permissions.md is held against it.

Source: Azure's "Permissions for Compute", "... Networking" and "... Management and governance"
(resource provider operations). A machine's PUT makes its disk, interface and address too, and
joins them to each other, the subnet and the security group: the caller needs the actions for
all of that.
"""

from __future__ import annotations

from collections.abc import Mapping

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "disks.delete": ("Microsoft.Compute/disks/delete",),
    "disks.get": ("Microsoft.Compute/disks/read",),
    "disks.list": ("Microsoft.Compute/disks/read",),
    "disks.listByResourceGroup": ("Microsoft.Compute/disks/read",),
    "networkInterfaces.delete": ("Microsoft.Network/networkInterfaces/delete",),
    "networkInterfaces.get": (
        "Microsoft.Network/networkInterfaces/read",
        "Microsoft.Network/publicIPAddresses/read",
    ),
    "networkInterfaces.list": ("Microsoft.Network/networkInterfaces/read",),
    "networkInterfaces.listAll": ("Microsoft.Network/networkInterfaces/read",),
    "networkSecurityGroups.createOrUpdate": ("Microsoft.Network/networkSecurityGroups/write",),
    "networkSecurityGroups.delete": ("Microsoft.Network/networkSecurityGroups/delete",),
    "networkSecurityGroups.get": ("Microsoft.Network/networkSecurityGroups/read",),
    "networkSecurityGroups.list": ("Microsoft.Network/networkSecurityGroups/read",),
    "networkSecurityGroups.listAll": ("Microsoft.Network/networkSecurityGroups/read",),
    "networkUsages.list": ("Microsoft.Network/locations/usages/read",),
    "operations.get": (
        "Microsoft.Compute/locations/operations/read",
        "Microsoft.Network/locations/operations/read",
        "Microsoft.Network/locations/operationResults/read",
    ),
    "permissions.list": ("Microsoft.Authorization/permissions/read",),
    "providers.get": ("Microsoft.Resources/subscriptions/providers/read",),
    "publicIPAddresses.delete": ("Microsoft.Network/publicIPAddresses/delete",),
    "publicIPAddresses.get": ("Microsoft.Network/publicIPAddresses/read",),
    "publicIPAddresses.list": ("Microsoft.Network/publicIPAddresses/read",),
    "publicIPAddresses.listAll": ("Microsoft.Network/publicIPAddresses/read",),
    "resourceGroups.createOrUpdate": ("Microsoft.Resources/subscriptions/resourceGroups/write",),
    "resourceGroups.delete": ("Microsoft.Resources/subscriptions/resourceGroups/delete",),
    "resourceGroups.get": ("Microsoft.Resources/subscriptions/resourceGroups/read",),
    "resources.listByResourceGroup": (
        "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
    ),
    "skus.list": ("Microsoft.Compute/skus/read",),
    "tags.updateAtScope": (
        "Microsoft.Resources/tags/write",
        "Microsoft.Compute/virtualMachines/write",
    ),
    "usages.list": ("Microsoft.Compute/locations/usages/read",),
    "virtualMachineImages.get": (
        "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",
    ),
    "virtualMachineImages.list": (
        "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",
    ),
    "virtualMachines.createOrUpdate": (
        "Microsoft.Compute/virtualMachines/write",
        "Microsoft.Compute/disks/write",
        "Microsoft.Network/networkInterfaces/write",
        "Microsoft.Network/networkInterfaces/join/action",
        "Microsoft.Network/publicIPAddresses/write",
        "Microsoft.Network/publicIPAddresses/join/action",
        "Microsoft.Network/networkSecurityGroups/join/action",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
    ),
    "virtualMachines.delete": (
        "Microsoft.Compute/virtualMachines/delete",
        "Microsoft.Compute/disks/delete",
        "Microsoft.Network/networkInterfaces/delete",
        "Microsoft.Network/publicIPAddresses/delete",
    ),
    "virtualMachines.get": ("Microsoft.Compute/virtualMachines/read",),
    "virtualMachines.list": ("Microsoft.Compute/virtualMachines/read",),
    "virtualMachines.listAll": ("Microsoft.Compute/virtualMachines/read",),
    "virtualMachines.retrieveBootDiagnosticsData": (
        "Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action",
    ),
    "virtualMachines.start": ("Microsoft.Compute/virtualMachines/start/action",),
    "virtualNetworks.createOrUpdate": ("Microsoft.Network/virtualNetworks/write",),
    "virtualNetworks.delete": ("Microsoft.Network/virtualNetworks/delete",),
    "virtualNetworks.get": (
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/virtualNetworks/subnets/read",
    ),
    "virtualNetworks.list": ("Microsoft.Network/virtualNetworks/read",),
    "virtualNetworks.listAll": ("Microsoft.Network/virtualNetworks/read",),
}
"""Operation to actions."""

OF_THE_SUBSCRIPTION: frozenset[str] = frozenset(
    {
        "networkUsages.list",
        "operations.get",
        "providers.get",
        "skus.list",
        "usages.list",
        "virtualMachineImages.get",
        "virtualMachineImages.list",
    }
)
"""Operations on nothing that lies in a group: with a named group these need a role on the
subscription, which can see nothing of what is in it and change nothing."""

OWN_GROUP_ONLY: frozenset[str] = frozenset(
    {
        "disks.list",
        "networkInterfaces.listAll",
        "networkSecurityGroups.listAll",
        "publicIPAddresses.listAll",
        "resourceGroups.createOrUpdate",
        "resourceGroups.delete",
        "resources.listByResourceGroup",
        "virtualMachines.listAll",
        "virtualNetworks.listAll",
    }
)
"""Operations that are not made where a group is named."""
