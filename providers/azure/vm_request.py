"""A machine request as the body of the VM's PUT. Pure, and always the same.

One PUT makes the machine with its interface, public address and disk: Azure makes what
`networkInterfaceConfigurations` describes, under the names and with the tags given here, and
removes it with the machine (`deleteOption`). The disk takes its tags from the machine as they
are at that moment (terraform-provider-azurerm#8162); the API has no place for its own.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, cast

from providers.azure.images import parse_urn
from providers.azure.names import address_name, disk_name, interface_name
from providers.azure.sizes import REGIONAL
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    MachineRequest,
)

if TYPE_CHECKING:
    from azure.mgmt.compute import types

USER = "longshore"

NETWORK_VERSION = "2022-11-01"
"""The version of the network API by which Azure makes interface and address."""

SMALLEST_DISK_GIB = 30
"""The size of Debian's and Ubuntu's images: Azure refuses a root disk below its image's."""

STORAGE = "StandardSSD_LRS"
"""What all sizes take; Premium storage is for some only."""

NO_LIMIT = -1
"""The most a spot machine may cost: the price of an ordinary one."""


def vm_body(request: MachineRequest, *, trusted: bool) -> types.VirtualMachine:
    """Everything comes from the request and nothing from the moment.

    `trusted`: size and image can run with secure boot and a virtual TPM. A spot machine that
    Azure wants back is deleted with all its parts: stopped, it would cost on.
    """
    urn = parse_urn(request.image.id)
    tags = identity_tags(request)
    properties: dict[str, object] = {
        "hardwareProfile": {"vmSize": request.type},
        "storageProfile": {
            "imageReference": {
                "publisher": urn.publisher,
                "offer": urn.offer,
                "sku": urn.sku,
                "version": urn.version,
            },
            "osDisk": {
                "name": disk_name(request.token),
                "createOption": "FromImage",
                "deleteOption": "Delete",
                "diskSizeGB": max(request.disk_gib, SMALLEST_DISK_GIB),
                "managedDisk": {"storageAccountType": STORAGE},
            },
        },
        "osProfile": {
            "computerName": request.name,
            "adminUsername": USER,
            "customData": b64encode(request.user_data).decode(),
            "linuxConfiguration": {
                "disablePasswordAuthentication": True,
                "ssh": {
                    "publicKeys": [
                        {
                            "path": f"/home/{USER}/.ssh/authorized_keys",
                            "keyData": request.key,
                        }
                    ]
                },
            },
        },
        "networkProfile": _network(request, tags),
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
    }
    if trusted:
        properties["securityProfile"] = {
            "securityType": "TrustedLaunch",
            "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
        }
    if request.market == "spot":
        properties["priority"] = "Spot"
        properties["evictionPolicy"] = "Delete"
        properties["billingProfile"] = {"maxPrice": NO_LIMIT}
    body: dict[str, object] = {
        "location": request.region,
        "tags": tags,
        "properties": properties,
    }
    if request.zone != REGIONAL:
        body["zones"] = [request.zone]
    if urn.plan:
        body["plan"] = {"publisher": urn.publisher, "product": urn.offer, "name": urn.sku}
    return cast("types.VirtualMachine", body)


def identity_tags(request: MachineRequest) -> dict[str, str]:
    """All tags of the machine and its parts, the request's own among them."""
    return {
        **request.tags,
        **request.owner.tags,
        TAG_TARGET: request.target,
        TAG_MACHINE: request.name,
        TAG_TOKEN: request.token,
    }


def _network(request: MachineRequest, tags: dict[str, str]) -> dict[str, object]:
    address = {
        "name": address_name(request.token),
        "tags": tags,
        "sku": {"name": "Standard"},
        "properties": {"deleteOption": "Delete", "publicIPAllocationMethod": "Static"},
    }
    interface = {
        "name": interface_name(request.token),
        "tags": tags,
        "properties": {
            "primary": True,
            "deleteOption": "Delete",
            "networkSecurityGroup": {"id": request.firewall},
            "ipConfigurations": [
                {
                    "name": "primary",
                    "properties": {
                        "primary": True,
                        "subnet": {"id": request.subnet},
                        "publicIPAddressConfiguration": address,
                    },
                }
            ],
        },
    }
    return {
        "networkApiVersion": NETWORK_VERSION,
        "networkInterfaceConfigurations": [interface],
    }
