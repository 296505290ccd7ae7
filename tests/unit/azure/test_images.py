"""Operating systems to Marketplace images."""

from __future__ import annotations

import pytest

from providers.azure.images import IMAGES, SYSTEMS, parse_urn, resolve_image, runs_trusted, urn_of
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Arch
from tests.unit.azure.canned import Answer, Canned, arm_error


def versions(*names: str) -> Answer:
    return Answer(200, [{"name": name, "location": "westeurope"} for name in names])


@pytest.mark.parametrize("os", SYSTEMS)
@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
def test_every_system_has_both_architectures(os: str, arch: Arch) -> None:
    assert urn_of(os, arch) == IMAGES[(os, arch)]


def test_the_newest_version_is_named_in_one_read() -> None:
    with Canned({"GET versions": [versions("0.20260101.1")]}) as canned:
        image = resolve_image(canned.calls, "debian-12", "x86_64")
    assert image.id == "Debian:debian-12:12-gen2:0.20260101.1"
    assert (image.boot, image.arch) == ("cloud-init", "x86_64")
    (sent,) = canned.sent
    assert (sent.query["$top"], sent.query["$orderby"]) == ("1", "name desc")
    assert "/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/" in sent.path


@pytest.mark.parametrize(
    "answer", [versions(), arm_error("NotFound", "Artifact: VMImage was not found.", 404)]
)
def test_a_region_without_it_is_said_so(answer: Answer) -> None:
    with (
        Canned({"GET versions": [answer]}) as canned,
        pytest.raises(InvalidRequestError, match="has no image Debian:debian-13"),
    ):
        resolve_image(canned.calls, "debian-13", "arm64")


def test_a_system_that_is_none_names_those_there_are() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        urn_of("plan-9", "x86_64")
    assert "debian-12" in caught.value.advice


def test_an_image_is_its_four_parts() -> None:
    urn = parse_urn("resf:rockylinux-x86_64:9-base:9.6.1")
    assert (urn.publisher, urn.offer, urn.sku, urn.version, urn.plan) == (
        "resf",
        "rockylinux-x86_64",
        "9-base",
        "9.6.1",
        True,
    )


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ([{"name": "SecurityType", "value": "TrustedLaunchSupported"}], True),
        ([{"name": "SecurityType", "value": "TrustedLaunchAndConfidentialVmSupported"}], True),
        ([{"name": "SecurityType", "value": "ConfidentialVmSupported"}], False),
        ([{"name": "DiskControllerTypes", "value": "SCSI"}], False),
        (None, False),
    ],
)
def test_whether_an_image_runs_trusted_is_asked_once(
    features: list[dict[str, str]] | None, expected: bool
) -> None:
    shown = {"name": "1.2.3", "location": "westeurope", "properties": {"features": features}}
    with Canned({"GET versions/": [Answer(200, shown)]}) as canned:
        found = {runs_trusted(canned.calls, "Debian:debian-12:12-arm64:1.2.3") for _ in range(2)}
    assert found == {expected}
    assert canned.keys == ["GET versions/"]
