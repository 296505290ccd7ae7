"""Operating systems to images, through the families of Google's public image projects.

Sources: Google's "Operating system details" (projects, families, which images have
cloud-init: Ubuntu's alone of these; the others run the guest agent), and its image builds'
public definitions for the names of the Arm families.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from providers.contract.errors import InvalidRequestError
from providers.contract.types import Arch, BootChannel, Image
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import invalid

GET = "images.getFromFamily"
ROOT_DEVICE = "boot"
"""The name that the guest finds its root disk under, in /dev/disk/by-id/google-*."""


@dataclass(frozen=True)
class Source:
    """Where a system's images are, and how its machines are told what to be."""

    project: str
    families: Mapping[Arch, str]
    boot: BootChannel


def _plain(project: str, family: str) -> Source:
    """A family whose Arm images go under its name with `-arm64`."""
    families: Mapping[Arch, str] = {"x86_64": family, "arm64": f"{family}-arm64"}
    return Source(project, families, "startup-script")


def _ubuntu(x86: str, arm: str) -> Source:
    return Source("ubuntu-os-cloud", {"x86_64": x86, "arm64": arm}, "cloud-init")


SOURCES: Mapping[str, Source] = {
    "debian-12": _plain("debian-cloud", "debian-12"),
    "debian-13": _plain("debian-cloud", "debian-13"),
    "ubuntu-22.04": _ubuntu("ubuntu-2204-lts", "ubuntu-2204-lts-arm64"),
    "ubuntu-24.04": _ubuntu("ubuntu-2404-lts-amd64", "ubuntu-2404-lts-arm64"),
    "rocky-8": _plain("rocky-linux-cloud", "rocky-linux-8"),
    "rocky-9": _plain("rocky-linux-cloud", "rocky-linux-9"),
    "rocky-10": _plain("rocky-linux-cloud", "rocky-linux-10"),
    "alma-9": _plain("almalinux-cloud", "almalinux-9"),
    "alma-10": _plain("almalinux-cloud", "almalinux-10"),
    "rhel-9": _plain("rhel-cloud", "rhel-9"),
    "rhel-10": _plain("rhel-cloud", "rhel-10"),
}


def source(os: str, arch: Arch) -> tuple[Source, str]:
    """Where the images of `os` are, and the family. Raises InvalidRequestError, naming what
    there is, for a system there is none for."""
    found = SOURCES.get(os)
    if found is None or arch not in found.families:
        raise invalid(
            f"there is no image for {os!r} on {arch}",
            GET,
            f"`os` is one of {', '.join(SOURCES)}",
        )
    return found, found.families[arch]


def resolve_image(calls: Calls, os: str, arch: Arch) -> Image:
    """The image that the family points at now. One read.

    Raises InvalidRequestError when the project has no such family.
    """
    where, family = source(os, arch)

    def send() -> str:
        image = calls.clients.images.get_from_family(
            project=where.project, family=family, retry=None, timeout=CALL_SECONDS
        )
        return image.name

    try:
        name = calls.read(GET, send)
    except InvalidRequestError as error:
        error.advice = error.advice or "choose another `os`"
        raise
    return Image(
        id=f"projects/{where.project}/global/images/{name}",
        os=os,
        arch=arch,
        boot=where.boot,
        root_device=ROOT_DEVICE,
    )
