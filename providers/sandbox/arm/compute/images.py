"""Marketplace images: publishers, offers, skus and versions.

Names: Debian's wiki (Cloud/MicrosoftAzure), Canonical's "Find Ubuntu images on Azure", and the
Rocky Linux pages on Azure. Rocky's are free but sold with a plan, whose terms want accepting.
"""

from __future__ import annotations

from dataclasses import dataclass

ROOT_GIB = 30


@dataclass(frozen=True)
class Plan:
    """What a Marketplace image is sold as."""

    publisher: str
    product: str
    name: str


@dataclass(frozen=True)
class PlatformImage:
    """One sku of an offer with its versions, the oldest first. `boots` is the system that a
    machine of the sandbox boots for it."""

    publisher: str
    offer: str
    sku: str
    versions: tuple[str, ...]
    generation: str = "V2"
    arch: str = "x64"
    plan: bool = False
    boots: str = "debian-12"

    @property
    def purchase(self) -> Plan | None:
        """The plan, for images that have one."""
        return Plan(self.publisher, self.offer, self.sku) if self.plan else None

    @property
    def trusted(self) -> bool:
        """Whether Trusted Launch is known to work with it."""
        return self.generation == "V2"


def _debian(number: str, *versions: str) -> tuple[PlatformImage, ...]:
    offer = f"debian-{number}"
    boots = offer if number != "11" else "debian-12"
    return (
        PlatformImage("Debian", offer, number, versions, "V1", boots=boots),
        PlatformImage("Debian", offer, f"{number}-gen2", versions, boots=boots),
        PlatformImage("Debian", offer, f"{number}-arm64", versions, arch="Arm64", boots=boots),
    )


JAMMY = ("22.04.202510140", "22.04.202611030")
NOBLE = ("24.04.202510140", "24.04.202611030")

IMAGES: tuple[PlatformImage, ...] = (
    *_debian("11", "0.20251006.2257", "0.20260929.2584"),
    *_debian("12", "0.20251006.2257", "0.20261103.2611"),
    *_debian("13", "0.20251006.2257", "0.20261103.2611"),
    PlatformImage("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts", JAMMY, "V1"),
    PlatformImage("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2", JAMMY),
    PlatformImage(
        "Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-arm64", JAMMY, arch="Arm64"
    ),
    PlatformImage("Canonical", "ubuntu-24_04-lts", "server", NOBLE),
    PlatformImage("Canonical", "ubuntu-24_04-lts", "server-gen1", NOBLE, "V1"),
    PlatformImage("Canonical", "ubuntu-24_04-lts", "server-arm64", NOBLE, arch="Arm64"),
    PlatformImage("resf", "rockylinux-x86_64", "8-base", ("8.10.20240528",), plan=True),
    PlatformImage("resf", "rockylinux-x86_64", "9-base", ("9.6.20250531",), plan=True),
    PlatformImage("resf", "rockylinux-x86_64", "9-lvm", ("9.6.20250531",), plan=True),
    PlatformImage("resf", "rockylinux-x86_64", "10-base", ("10.0.20250614",), plan=True),
    *(
        PlatformImage("resf", "rockylinux-aarch64", sku, (version,), arch="Arm64", plan=True)
        for sku, version in (
            ("rockylinux-aarch64-9", "9.6.20250531"),
            ("9-base", "9.6.20250531"),
            ("10-base", "10.0.20250614"),
        )
    ),
)


def find_images(publisher: str, offer: str = "", sku: str = "") -> list[PlatformImage]:
    """The images of a publisher, an offer, a sku; case does not matter."""
    return [
        image
        for image in IMAGES
        if image.publisher.lower() == publisher.lower()
        and (not offer or image.offer.lower() == offer.lower())
        and (not sku or image.sku.lower() == sku.lower())
    ]


def find_version(image: PlatformImage, version: str) -> str | None:
    """The exact version that `latest` or an exact version names; None when there is none."""
    if version.lower() == "latest":
        return image.versions[-1]
    return version if version in image.versions else None
