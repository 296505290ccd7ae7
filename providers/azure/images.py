"""Operating systems to Marketplace images: publisher, offer and SKU; generation 2 throughout.

Sources: Debian's wiki (Cloud/MicrosoftAzure), Canonical's "Find Ubuntu images on Azure",
Rocky Linux's page on Azure. All have cloud-init. Rocky's are free of charge but are sold
through the Marketplace: its terms have to be accepted once for a subscription, and the plan
named with each machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Arch, Image

OPERATION = "virtualMachineImages.list"

SECURITY, TRUSTED = "SecurityType", "TrustedLaunch"
"""An image's feature, and how its value begins where it runs trusted: `TrustedLaunchSupported`,
`TrustedLaunchAndConfidentialVmSupported`, or `TrustedLaunch` alone."""


@dataclass(frozen=True)
class Urn:
    """An image as the Marketplace names it; no version means the newest."""

    publisher: str
    offer: str
    sku: str
    version: str = ""

    def __str__(self) -> str:
        return ":".join(filter(None, (self.publisher, self.offer, self.sku, self.version)))

    @property
    def plan(self) -> bool:
        """Whether it is sold by a plan, which each machine has to name."""
        return self.publisher in WITH_PLAN


WITH_PLAN = ("resf",)

_ROCKY = "resf"
IMAGES: Mapping[tuple[str, Arch], Urn] = {
    ("debian-12", "x86_64"): Urn("Debian", "debian-12", "12-gen2"),
    ("debian-12", "arm64"): Urn("Debian", "debian-12", "12-arm64"),
    ("debian-13", "x86_64"): Urn("Debian", "debian-13", "13-gen2"),
    ("debian-13", "arm64"): Urn("Debian", "debian-13", "13-arm64"),
    ("ubuntu-22.04", "x86_64"): Urn("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"),
    ("ubuntu-22.04", "arm64"): Urn("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-arm64"),
    ("ubuntu-24.04", "x86_64"): Urn("Canonical", "ubuntu-24_04-lts", "server"),
    ("ubuntu-24.04", "arm64"): Urn("Canonical", "ubuntu-24_04-lts", "server-arm64"),
    ("rocky-9", "x86_64"): Urn(_ROCKY, "rockylinux-x86_64", "9-base"),
    ("rocky-9", "arm64"): Urn(_ROCKY, "rockylinux-aarch64", "rockylinux-aarch64-9"),
}
SYSTEMS = tuple(dict.fromkeys(os for os, _ in IMAGES))


def urn_of(os: str, arch: Arch) -> Urn:
    """The image of `os`, without a version. Raises InvalidRequestError if there is none."""
    found = IMAGES.get((os, arch))
    if found is None:
        raise InvalidRequestError(
            f"there is no {arch} image for {os!r}",
            provider=PROVIDER,
            operation=OPERATION,
            advice=f"`os` is one of {', '.join(SYSTEMS)}",
        )
    return found


def terms_advice(id: str) -> str:
    """What to do about an image whose terms were not accepted."""
    return (
        "accept the image's terms, once for the subscription: "
        f"`az vm image terms accept --urn {id}`"
    )


def parse_urn(id: str) -> Urn:
    """An image id of ours, `publisher:offer:sku:version`, in its parts."""
    publisher, offer, sku, version = id.split(":")
    return Urn(publisher, offer, sku, version)


def runs_trusted(calls: Calls, id: str) -> bool:
    """Whether an image of ours can run with secure boot and a virtual TPM: not all can, those
    for arm64 least of all, and Azure refuses a machine that asks for it in vain. One read, the
    first time."""
    urn = parse_urn(id)
    with calls.asking:
        if id in calls.trusted_images:
            return calls.trusted_images[id]
        found = calls.find(
            "virtualMachineImages.get",
            lambda: calls.clients.compute.virtual_machine_images.get(
                calls.region, urn.publisher, urn.offer, urn.sku, urn.version
            ),
        )
        features = (found.properties.features if found and found.properties else None) or ()
        known = any(
            one.name == SECURITY and (one.value or "").startswith(TRUSTED) for one in features
        )
        calls.trusted_images[id] = known
        return known


def resolve_image(calls: Calls, os: str, arch: Arch) -> Image:
    """The newest version in the region. One read.

    Raises InvalidRequestError when the region has none.
    """
    urn = urn_of(os, arch)
    found = calls.find(
        OPERATION,
        lambda: calls.clients.compute.virtual_machine_images.list(
            calls.region, urn.publisher, urn.offer, urn.sku, top=1, orderby="name desc"
        ),
    )
    if not found:
        raise InvalidRequestError(
            f"Azure has no image {urn} in {calls.region}",
            provider=PROVIDER,
            operation=OPERATION,
            code="PlatformImageNotFound",
            advice="choose another `os` or region",
        )
    version = Urn(urn.publisher, urn.offer, urn.sku, found[0].name)
    return Image(id=str(version), os=os, arch=arch, boot="cloud-init", root_device="")
