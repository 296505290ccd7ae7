"""The Marketplace as ARM lists it: publishers, offers, skus, versions; and terms."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import read
from providers.sandbox.arm.compute.images import (
    IMAGES,
    PlatformImage,
    find_images,
    find_version,
)
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.shapes.common import AGREEMENT
from providers.sandbox.arm.store import now, stamp
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer, RestRefusal


def aliases() -> Document:
    """The document of image aliases that the Azure command line knows (`--image Debian11`)."""
    return {
        "$schema": "http://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json",
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "variables": {},
        "resources": [],
        "outputs": {
            "aliases": {
                "type": "object",
                "value": {
                    "Linux": {
                        name: {
                            "publisher": image.publisher,
                            "offer": image.offer,
                            "sku": image.sku,
                            "version": "latest",
                            "architecture": image.arch,
                        }
                        for name, image in (
                            ("Debian12", find_images("Debian", "debian-12", "12-gen2")[0]),
                            ("Debian13", find_images("Debian", "debian-13", "13-gen2")[0]),
                            (
                                "Ubuntu2404",
                                find_images("Canonical", "ubuntu-24_04-lts", "server")[0],
                            ),
                        )
                    }
                },
            }
        },
    }


class Gallery:
    """The Marketplace in one location."""

    def __init__(self, world: World, location: str) -> None:
        self._base = (
            f"/Subscriptions/{world.subscription}/Providers/Microsoft.Compute/Locations/{location}"
        )
        self._location = location

    def publishers(self) -> RestAnswer:
        """All publishers."""
        names = dict.fromkeys(image.publisher for image in IMAGES)
        return self._list((name, f"/Publishers/{name}") for name in names)

    def offers(self, publisher: str) -> RestAnswer:
        """A publisher's offers."""
        names = dict.fromkeys(image.offer for image in self._need(publisher))
        home = f"/Publishers/{publisher}/ArtifactTypes/VMImage/Offers"
        return self._list((name, f"{home}/{name}") for name in names)

    def skus(self, publisher: str, offer: str) -> RestAnswer:
        """An offer's skus."""
        home = f"/Publishers/{publisher}/ArtifactTypes/VMImage/Offers/{offer}/Skus"
        return self._list((one.sku, f"{home}/{one.sku}") for one in self._need(publisher, offer))

    def versions(self, call: Call, publisher: str, offer: str, sku: str) -> RestAnswer:
        """A sku's versions; `$orderby` and `$top` choose the newest."""
        image = self._need(publisher, offer, sku)[0]
        found = list(image.versions)
        if call.query("$orderby").lower() == "name desc":
            found.reverse()
        top = call.query("$top")
        if top:
            if not top.isdigit() or not int(top):
                raise refuse(400, "InvalidParameter", f"The value '{top}' of $top is not valid.")
            found = found[: int(top)]
        if call.query("$expand").lower() == "properties":
            return RestAnswer(200, [self._show(image, version) for version in found])
        return self._list((version, self._path(image, version)) for version in found)

    def version(self, publisher: str, offer: str, sku: str, version: str) -> RestAnswer:
        """One version; `latest` is the newest."""
        image = self._need(publisher, offer, sku)[0]
        exact = find_version(image, version)
        if exact is None:
            raise _no_artifact("VMImage", f"{publisher}:{offer}:{sku}:{version}")
        return RestAnswer(200, self._show(image, exact))

    def _path(self, image: PlatformImage, version: str) -> str:
        return (
            f"/Publishers/{image.publisher}/ArtifactTypes/VMImage/Offers/{image.offer}/Skus/"
            f"{image.sku}/Versions/{version}"
        )

    def _show(self, image: PlatformImage, version: str) -> Document:
        features = [
            {"name": "IsAcceleratedNetworkSupported", "value": "True"},
            {"name": "DiskControllerTypes", "value": "SCSI, NVMe"},
            {"name": "IsHibernateSupported", "value": "False"},
        ]
        if image.trusted and image.arch == "x64":
            features.insert(0, {"name": "SecurityType", "value": "TrustedLaunchSupported"})
        properties: Document = {
            "hyperVGeneration": image.generation,
            "architecture": image.arch,
            "disallowed": {"vmDiskType": "Unmanaged"},
            "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False},
            "imageDeprecationStatus": {"imageState": "Active"},
            "features": features,
            "osDiskImage": {"operatingSystem": "Linux"},
            "dataDiskImages": [],
        }
        plan = image.purchase
        if plan is not None:
            properties["plan"] = {
                "publisher": plan.publisher,
                "name": plan.name,
                "product": plan.product,
            }
        return {
            "location": self._location,
            "id": self._base + self._path(image, version),
            "name": version,
            "properties": properties,
        }

    def _need(self, publisher: str, offer: str = "", sku: str = "") -> list[PlatformImage]:
        found = find_images(publisher, offer, sku)
        if not found:
            urn = ":".join(filter(None, (publisher, offer, sku)))
            raise _no_artifact("VMImage", urn)
        return found

    def _list(self, entries: Iterable[tuple[str, str]]) -> RestAnswer:
        return RestAnswer(
            200,
            [
                {"location": self._location, "name": name, "id": self._base + path}
                for name, path in entries
            ],
        )


def _no_artifact(kind: str, what: str) -> RestRefusal:
    return refuse(404, "NotFound", f"Artifact: {kind} '{what}' was not found.")


def show_agreement(world: World, publisher: str, offer: str, plan: str) -> Document:
    """The terms of a plan. Raises RestRefusal for a plan that there is not."""
    for image in IMAGES:
        found = image.purchase
        if found is None:
            continue
        wanted = tuple(one.lower() for one in (publisher, offer, plan))
        if wanted == (found.publisher.lower(), found.product.lower(), found.name.lower()):
            name = found.name
            id = (
                f"/subscriptions/{world.subscription}/providers/Microsoft.MarketplaceOrdering/"
                f"offertypes/virtualmachine/publishers/{found.publisher}/offers/{found.product}/"
                f"plans/{name}/agreements/current"
            )
            return {
                "id": id,
                "name": name,
                "type": "Microsoft.MarketplaceOrdering/offertypes",
                "properties": {
                    "publisher": found.publisher,
                    "product": found.product,
                    "plan": name,
                    "licenseTextLink": "https://marketplace.invalid/license",
                    "privacyPolicyLink": "https://marketplace.invalid/privacy",
                    "marketplaceTermsLink": "https://marketplace.invalid/terms",
                    "retrieveDatetime": stamp(now()),
                    "signature": world.tokens.seal(id),
                    "accepted": wanted in world.accepted,
                },
            }
    raise refuse(
        400,
        "BadRequest",
        f"Unable to find legal terms for this offer: '{publisher}:{offer}:{plan}'.",
    )


def put_agreement(world: World, call: Call, publisher: str, offer: str, plan: str) -> RestAnswer:
    """Accept terms, or take that back. The document is the one that was read, with `accepted`
    changed: its signature says which terms were read."""
    shown = show_agreement(world, publisher, offer, plan)
    body = read(AGREEMENT, call, shown, "resources")
    if at(body, "properties", "signature") != shown["properties"]["signature"]:
        raise refuse(
            400, "BadRequest", "The signature of the terms is not valid: read the terms first."
        )
    key = (publisher.lower(), offer.lower(), plan.lower())
    if at(body, "properties", "accepted"):
        world.accepted.add(key)
    else:
        world.accepted.discard(key)
    return RestAnswer(200, show_agreement(world, publisher, offer, plan))
