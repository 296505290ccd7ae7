"""The public images: what SSM's public parameters name and describe_images knows.

Paths: Debian's wiki (Cloud/AmazonEC2Image), Canonical's "Find Ubuntu images on AWS" (ebs-gp2 up
to 23.04, ebs-gp3 since) and the Systems Manager user guide for Amazon Linux.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

DEBIAN, CANONICAL, AMAZON = "136693071363", "099720109477", "137112412989"


@dataclass(frozen=True)
class CatalogueImage:
    """One public image; `architecture` is EC2's word: x86_64 or arm64."""

    system: str
    parameters: tuple[str, ...]
    name: str
    owner: str
    architecture: str
    root_device: str
    description: str

    def ami_id(self, region: str) -> str:
        """An id of its own in every region, as on AWS."""
        digest = hashlib.sha256(f"{region}/{self.name}".encode()).hexdigest()
        return f"ami-0{digest[:16]}"


def _debian(number: str, codename: str, arch: str, wire: str) -> CatalogueImage:
    return CatalogueImage(
        system=f"debian-{number}",
        parameters=(
            f"/aws/service/debian/release/{number}/latest/{arch}",
            f"/aws/service/debian/release/{codename}/latest/{arch}",
        ),
        name=f"debian-{number}-{arch}-20261103-2284",
        owner=DEBIAN,
        architecture=wire,
        root_device="/dev/xvda",
        description=f"Debian {number} (20261103-2284)",
    )


def _ubuntu(number: str, codename: str, volume: str, arch: str, wire: str) -> CatalogueImage:
    folder = "hvm-ssd-gp3" if volume == "gp3" else "hvm-ssd"
    return CatalogueImage(
        system=f"ubuntu-{number}",
        parameters=(
            f"/aws/service/canonical/ubuntu/server/{number}/stable/current/{arch}/hvm/"
            f"ebs-{volume}/ami-id",
            f"/aws/service/canonical/ubuntu/server/{codename}/stable/current/{arch}/hvm/"
            f"ebs-{volume}/ami-id",
        ),
        name=f"ubuntu/images/{folder}/ubuntu-{codename}-{number}-{arch}-server-20261015",
        owner=CANONICAL,
        architecture=wire,
        root_device="/dev/sda1",
        description=f"Canonical, Ubuntu, {number}, {arch} {codename} image",
    )


def _amazon_linux(wire: str) -> CatalogueImage:
    prefix = "/aws/service/ami-amazon-linux-latest/al2023-ami"
    return CatalogueImage(
        system="amazon-linux-2023",
        parameters=(f"{prefix}-kernel-default-{wire}", f"{prefix}-kernel-6.1-{wire}"),
        name=f"al2023-ami-2023.9.20261102.0-kernel-6.1-{wire}",
        owner=AMAZON,
        architecture=wire,
        root_device="/dev/xvda",
        description=f"Amazon Linux 2023 AMI 2023.9 {wire} HVM kernel-6.1",
    )


ARCHITECTURES = (("amd64", "x86_64"), ("arm64", "arm64"))

IMAGES: tuple[CatalogueImage, ...] = (
    *(_debian("12", "bookworm", *arch) for arch in ARCHITECTURES),
    *(_debian("13", "trixie", *arch) for arch in ARCHITECTURES),
    *(_ubuntu("22.04", "jammy", "gp2", *arch) for arch in ARCHITECTURES),
    *(_ubuntu("24.04", "noble", "gp3", *arch) for arch in ARCHITECTURES),
    *(_amazon_linux(wire) for _, wire in ARCHITECTURES),
)


def system_of(name: str) -> str:
    """The operating system of the public image of that name; empty for any other image."""
    return next((image.system for image in IMAGES if image.name == name), "")
