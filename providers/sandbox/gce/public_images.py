"""Images that Google and its partners publish, by project and family."""

from __future__ import annotations

from dataclasses import dataclass

from providers.sandbox.gce.machine_types import ImageArch
from providers.sandbox.systems import Channel

CURRENT, BEFORE = "v20261110", "v20261013"
EMPTY_PROJECTS = frozenset(
    {
        "centos-cloud",
        "cos-cloud",
        "fedora-coreos-cloud",
        "opensuse-cloud",
        "oracle-linux-cloud",
        "rhel-cloud",
        "rhel-sap-cloud",
        "rocky-linux-accelerator-cloud",
        "suse-cloud",
        "suse-sap-cloud",
        "ubuntu-os-accelerator-images",
        "ubuntu-os-pro-cloud",
        "windows-cloud",
        "windows-sql-cloud",
    }
)
"""Publishers that exist and whose images are not emulated."""


@dataclass(frozen=True)
class Family:
    """One image family. `machine` is the system that really boots, `channel` how it learns what
    it is to be: Google's Debian and Rocky images have no cloud-init."""

    project: str
    name: str
    image: str
    arch: ImageArch
    description: str
    disk_gb: int
    license: str
    machine: str
    channel: Channel


def _family(
    project: str, name: str, image: str, arch: ImageArch, title: str, disk_gb: int = 10
) -> Family:
    channel: Channel = "cloud-init" if project == "ubuntu-os-cloud" else "guest-agent"
    system = "debian-13" if name.startswith("debian-13") else "debian-12"
    return Family(
        project, name, image, arch, title, disk_gb, image.removesuffix("-arm64"), system, channel
    )


FAMILIES = (
    _family("debian-cloud", "debian-12", "debian-12-bookworm", "X86_64", "Debian 12"),
    _family("debian-cloud", "debian-12-arm64", "debian-12-bookworm-arm64", "ARM64", "Debian 12"),
    _family("debian-cloud", "debian-13", "debian-13-trixie", "X86_64", "Debian 13"),
    _family("debian-cloud", "debian-13-arm64", "debian-13-trixie-arm64", "ARM64", "Debian 13"),
    _family(
        "ubuntu-os-cloud", "ubuntu-2204-lts", "ubuntu-2204-jammy", "X86_64", "Ubuntu 22.04 LTS"
    ),
    _family(
        "ubuntu-os-cloud",
        "ubuntu-2204-lts-arm64",
        "ubuntu-2204-jammy-arm64",
        "ARM64",
        "Ubuntu 22.04 LTS",
    ),
    _family(
        "ubuntu-os-cloud",
        "ubuntu-2404-lts-amd64",
        "ubuntu-2404-noble-amd64",
        "X86_64",
        "Ubuntu 24.04 LTS",
    ),
    _family(
        "ubuntu-os-cloud",
        "ubuntu-2404-lts-arm64",
        "ubuntu-2404-noble-arm64",
        "ARM64",
        "Ubuntu 24.04 LTS",
    ),
    _family("rocky-linux-cloud", "rocky-linux-9", "rocky-linux-9", "X86_64", "Rocky Linux 9", 20),
    _family(
        "rocky-linux-cloud",
        "rocky-linux-9-arm64",
        "rocky-linux-9-arm64",
        "ARM64",
        "Rocky Linux 9",
        20,
    ),
)
IMAGE_PROJECTS = frozenset(family.project for family in FAMILIES) | EMPTY_PROJECTS
BY_IMAGE = {
    (family.project, f"{family.image}-{version}"): family
    for family in FAMILIES
    for version in (CURRENT, BEFORE)
}
"""(project, image name) to the family it is of."""
