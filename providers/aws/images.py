"""Operating systems to machine images, through the publishers' public SSM parameters.

Sources: Debian's wiki (Cloud/AmazonEC2Image), Canonical's "Finding Ubuntu images with the
AWS SSM Parameter Store", AWS's "Calling AMI public parameters". Ubuntu 22.04 is published
as ebs-gp2 only; the volume type of the image does not bind us, the root disk is gp3.
"""

from __future__ import annotations

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Arch, Image

_DEBIAN = "/aws/service/debian/release/{release}/latest/{arch}"
_UBUNTU = "/aws/service/canonical/ubuntu/server/{release}/stable/current/{arch}/hvm/{disk}/ami-id"
_AMAZON = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}"

_DPKG_ARCH = {"x86_64": "amd64", "arm64": "arm64"}

SYSTEMS = ("debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "amazon-linux-2023")


def parameter(os: str, arch: Arch) -> str:
    """The SSM parameter that holds the current image of `os`.

    Raises InvalidRequestError for a system there is none for.
    """
    name, _, release = os.partition("-")
    if os not in SYSTEMS:
        raise InvalidRequestError(
            f"there is no image for {os!r}",
            provider=PROVIDER,
            operation="GetParameter",
            advice=f"`os` is one of {', '.join(SYSTEMS)}",
        )
    if name == "debian":
        return _DEBIAN.format(release=release, arch=_DPKG_ARCH[arch])
    if name == "ubuntu":
        disk = "ebs-gp2" if release == "22.04" else "ebs-gp3"
        return _UBUNTU.format(release=release, arch=_DPKG_ARCH[arch], disk=disk)
    return _AMAZON.format(arch=arch)


def resolve_image(calls: Calls, os: str, arch: Arch) -> Image:
    """The image that the parameter names now, with its root device. Two reads.

    Raises InvalidRequestError when the region has no such parameter or image.
    """
    name = parameter(os, arch)
    answer = calls.read("GetParameter", lambda: calls.clients.ssm.get_parameter(Name=name))
    image_id = answer["Parameter"].get("Value", "")
    found = calls.read(
        "DescribeImages", lambda: calls.clients.ec2.describe_images(ImageIds=[image_id])
    )
    for image in found.get("Images", []):
        if image.get("Architecture") == arch and image.get("RootDeviceName"):
            return Image(
                id=image_id,
                os=os,
                arch=arch,
                boot="cloud-init",
                root_device=image["RootDeviceName"],
            )
    raise InvalidRequestError(
        f"image {image_id} ({name}) is not a {arch} image with a root disk",
        provider=PROVIDER,
        operation="DescribeImages",
        advice="choose another `os` or region",
    )
