"""What a machine is made of: its size, its image, its plan, and whether they go together."""

from __future__ import annotations

from dataclasses import dataclass

from providers.sandbox.arm.compute.images import (
    ROOT_GIB,
    PlatformImage,
    find_images,
    find_version,
)
from providers.sandbox.arm.compute.sizes import Size, find_size, limits, offered, sizes
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.refusals import invalid_parameter, refuse
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestRefusal

ARCHES = {"x64": "x86_64", "Arm64": "arm64"}


@dataclass(frozen=True)
class Placement:
    """A size and an image in an exact version."""

    size: Size
    image: PlatformImage
    version: str


def choose_size(body: Document, properties: Document) -> Size:
    """The size that is asked for. Raises RestRefusal for one that there is not, or not here."""
    location, zones = body["location"], body.get("zones") or []
    name = at(properties, "hardwareProfile", "vmSize")
    if not name:
        raise invalid_parameter(
            "Required parameter 'hardwareProfile.vmSize' is missing (null).", "vmSize"
        )
    size = find_size(name)
    if size is None or not offered(size, location):
        known = ", ".join(s.name for s in sizes().values() if offered(s, location))
        raise invalid_parameter(
            f"The value {name} provided for the VM size is not valid. The valid sizes in the "
            f"current region are: {known}. Find out more on the valid VM sizes in each region at "
            "https://aka.ms/azure-regionservices.",
            "vmSize",
        )
    bounds = limits(size, location)
    if bounds.location or set(zones) & set(bounds.zones):
        raise not_available(size.name, location, zones)
    return size


def not_available(size: str, location: str, zones: list[str]) -> RestRefusal:
    """The subscription may not have the size there."""
    where = f" zones '{','.join(zones)}'" if zones else ""
    return refuse(
        409,
        "SkuNotAvailable",
        f"The requested VM size for resource 'Following SKUs have failed for Capacity "
        f"Restrictions: {size}' is currently not available in location '{location}'{where}. "
        "Please try another size or deploy to a different location or different zone. See "
        "https://aka.ms/azureskunotavailable for details.",
    )


def choose_image(properties: Document) -> tuple[PlatformImage, str]:
    """The image that is asked for and its exact version. Raises RestRefusal for none."""
    reference = at(properties, "storageProfile", "imageReference") or {}
    if reference.get("id"):
        raise refuse(
            404,
            "ImageNotFound",
            f"The Image '{reference['id']}' cannot be found.",
            target="imageReference",
        )
    missing = [name for name in ("publisher", "offer", "sku", "version") if not reference.get(name)]
    if missing:
        raise invalid_parameter(
            f"Required parameter 'imageReference.{missing[0]}' is missing (null).",
            f"imageReference.{missing[0]}",
        )
    found = find_images(reference["publisher"], reference["offer"], reference["sku"])
    version = find_version(found[0], reference["version"]) if found else None
    if version is None:
        urn = ":".join(reference[name] for name in ("publisher", "offer", "sku", "version"))
        raise refuse(
            404,
            "PlatformImageNotFound",
            f"The platform image '{urn}' is not available. Verify that all fields in the storage "
            "profile are correct. For more details about storage profile information, please "
            "refer to https://aka.ms/storageprofile",
            target="imageReference",
        )
    return found[0], version


def check_match(world: World, size: Size, image: PlatformImage) -> None:
    """Raises RestRefusal for an image that cannot run on the size, or not on this computer."""
    if image.arch != size.series.arch:
        raise refuse(
            400,
            "BadRequest",
            f"Cannot create a VM of size '{size.name}' because this VM size only supports a CPU "
            f"Architecture of '{size.series.arch}', but an image or disk with CPU Architecture "
            f"'{image.arch}' was given. Please check that the CPU Architecture of the image or "
            "disk is compatible with that of the VM size.",
        )
    if image.generation not in size.series.generations:
        number = image.generation.removeprefix("V")
        raise refuse(
            400,
            "BadRequest",
            f"The selected VM size '{size.name}' cannot boot Hypervisor Generation '{number}'. If "
            "this was a Create operation please check that the Hypervisor Generation of the Image "
            "matches the Hypervisor Generation of the selected VM Size. For more information, see "
            "https://aka.ms/azuregen2vm",
        )
    if not world.hosts.can_run(ARCHES[image.arch]):
        raise refuse(
            409,
            "SkuNotAvailable",
            f"The sandbox runs on a computer that cannot run {image.arch} machines.",
        )


def check_security(properties: Document, size: Size, image: PlatformImage) -> None:
    """Raises RestRefusal for Trusted Launch where it does not work."""
    wanted = at(properties, "securityProfile", "securityType")
    settings = at(properties, "securityProfile", "uefiSettings")
    if wanted == "ConfidentialVM":
        raise refuse(
            400,
            "BadRequest",
            f"The VM size '{size.name}' is not supported for creation of VMs and Virtual Machine "
            "Scale Set with 'Confidential' security type.",
        )
    if wanted == "TrustedLaunch" and not (image.trusted and size.series.trusted):
        what = "provided image" if not image.trusted else f"VM size '{size.name}'"
        raise refuse(
            400,
            "BadRequest",
            f"Use of TrustedLaunch setting is not supported for the {what}. Please select "
            "Trusted Launch Supported Gen2 OS Image. For more information, see "
            "https://aka.ms/TrustedLaunch-FAQ.",
        )
    if settings and wanted not in ("TrustedLaunch", "ConfidentialVM"):
        raise invalid_parameter(
            "The properties 'securityProfile.uefiSettings' are only valid if "
            "'securityProfile.securityType' is set to 'TrustedLaunch' or 'ConfidentialVM'.",
            "uefiSettings",
        )


def check_plan(world: World, id: ResourceId, body: Document, image: PlatformImage) -> None:
    """Raises RestRefusal for a Marketplace image without its plan, or without accepted terms."""
    plan, given = image.purchase, body.get("plan")
    if plan is None:
        if given:
            raise refuse(
                400,
                "VMMarketplaceInvalidInput",
                "Unable to deploy from the Marketplace image or a custom image sourced from "
                f"Marketplace image. VM '{id}' has Plan information in the request, but the image "
                "has none.",
            )
        return
    if not given:
        raise refuse(
            400,
            "VMMarketplaceInvalidInput",
            "Creating a virtual machine from Marketplace image or a custom image sourced from a "
            f"Marketplace image requires Plan information in the request. VM: '{id}'.",
        )
    wanted = (plan.publisher, plan.product, plan.name)
    asked = tuple(str(given.get(name, "")) for name in ("publisher", "product", "name"))
    if [one.lower() for one in asked] != [one.lower() for one in wanted]:
        raise refuse(
            400,
            "VMMarketplaceInvalidInput",
            "Unable to deploy from the Marketplace image: the Plan information in the request "
            f"does not match the image's: {':'.join(wanted)}.",
        )
    if tuple(one.lower() for one in wanted) not in world.accepted:
        raise refuse(
            400,
            "MarketplacePurchaseEligibilityFailed",
            "Marketplace purchase eligibilty check returned errors. See inner errors for details.",
            details=(
                (
                    "ResourcePurchaseValidationFailed",
                    "User failed validation to purchase resources. Error message: 'You have not "
                    f"accepted the legal terms on this subscription: '{world.subscription}' for "
                    "this plan. Before the subscription can be used, you need to accept the legal "
                    "terms of the image. To read and accept legal terms, use the Azure CLI "
                    "commands described at https://go.microsoft.com/fwlink/?linkid=2110637'",
                ),
            ),
        )


def check_market(properties: Document, size: Size) -> None:
    """Raises RestRefusal for spot settings that do not go together."""
    spot = properties.get("priority") in ("Spot", "Low")
    if properties.get("evictionPolicy") and not spot:
        raise invalid_parameter(
            "Eviction policy can be set only on Azure Spot Virtual Machines. For more "
            "information, see http://aka.ms/AzureSpot/errormessages",
            "evictionPolicy",
        )
    if at(properties, "billingProfile", "maxPrice") not in (None, -1) and not spot:
        raise invalid_parameter(
            "Max price can be set only on Azure Spot Virtual Machines. For more information, see "
            "http://aka.ms/AzureSpot/errormessages",
            "billingProfile.maxPrice",
        )
    if spot and not size.series.spot:
        raise invalid_parameter(
            f"Azure Spot Virtual Machine is not supported for the VM size '{size.name}'. For more "
            "information, see http://aka.ms/AzureSpot/errormessages",
            "priority",
        )


def check_disk_size(properties: Document) -> None:
    """Raises RestRefusal for a root disk that is smaller than its image's."""
    size = at(properties, "storageProfile", "osDisk", "diskSizeGB")
    if size is not None and size < ROOT_GIB:
        raise refuse(
            409,
            "ResizeDiskError",
            f"The specified disk size {size} GB is smaller than the size of the corresponding "
            f"disk in the VM image: {ROOT_GIB} GB. This is not allowed. Please choose equal or "
            "greater size or do not specify an explicit size.",
            target="osDisk.diskSizeGB",
        )
