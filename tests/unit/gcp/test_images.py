"""Operating systems to image families, and to the image they point at."""

from __future__ import annotations

import pytest

from providers.contract.errors import InvalidRequestError
from providers.contract.types import Arch, BootChannel
from providers.gcp.images import SOURCES, resolve_image
from tests.unit.gcp.canned import NOT_FOUND, serving


@pytest.mark.parametrize(
    ("system", "arch", "family", "boot"),
    [
        ("debian-12", "x86_64", "debian-cloud/debian-12", "startup-script"),
        ("debian-12", "arm64", "debian-cloud/debian-12-arm64", "startup-script"),
        ("debian-13", "x86_64", "debian-cloud/debian-13", "startup-script"),
        ("debian-13", "arm64", "debian-cloud/debian-13-arm64", "startup-script"),
        ("ubuntu-22.04", "x86_64", "ubuntu-os-cloud/ubuntu-2204-lts", "cloud-init"),
        ("ubuntu-22.04", "arm64", "ubuntu-os-cloud/ubuntu-2204-lts-arm64", "cloud-init"),
        ("ubuntu-24.04", "x86_64", "ubuntu-os-cloud/ubuntu-2404-lts-amd64", "cloud-init"),
        ("ubuntu-24.04", "arm64", "ubuntu-os-cloud/ubuntu-2404-lts-arm64", "cloud-init"),
        ("rocky-9", "x86_64", "rocky-linux-cloud/rocky-linux-9", "startup-script"),
        ("rocky-9", "arm64", "rocky-linux-cloud/rocky-linux-9-arm64", "startup-script"),
    ],
)
def test_families(system: str, arch: Arch, family: str, boot: BootChannel) -> None:
    project, _, name = family.partition("/")
    with serving({"images.getFromFamily": [{"name": f"{name}-v20260101"}]}) as canned:
        image = resolve_image(canned.calls, system, arch)
    assert canned.sent[0].path.endswith(f"projects/{project}/global/images/family/{name}")
    assert image.id == f"projects/{project}/global/images/{name}-v20260101"
    assert (image.os, image.arch, image.boot) == (system, arch, boot)


@pytest.mark.parametrize("system", ["debian-99", "windows", "amazon-linux-2023", ""])
def test_other_systems_are_refused_with_the_known_ones(system: str) -> None:
    with serving({}) as canned, pytest.raises(InvalidRequestError) as caught:
        resolve_image(canned.calls, system, "x86_64")
    assert all(known in caught.value.advice for known in SOURCES)
    assert canned.sent == []


def test_a_family_that_is_gone() -> None:
    with (
        serving({"images.getFromFamily": [NOT_FOUND]}) as canned,
        pytest.raises(InvalidRequestError) as caught,
    ):
        resolve_image(canned.calls, "debian-12", "x86_64")
    assert caught.value.advice == "choose another `os`"
