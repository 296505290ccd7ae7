"""Names that are decided here: key pairs and image parameters."""

from __future__ import annotations

import pytest

from providers.aws.images import SYSTEMS, parameter
from providers.aws.keypair import key_name
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Arch, Owner

OWNER = Owner("shop", "production")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ"


def test_a_key_pair_is_named_for_its_key_and_not_for_its_comment() -> None:
    name = key_name(OWNER, f"{KEY} me@laptop")
    assert name == key_name(OWNER, f"{KEY}\n")
    assert name.startswith("longshore-shop-production-")
    assert name != key_name(OWNER, KEY.replace("IJdD", "IJdE"))


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 not*base64"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        key_name(OWNER, text)


@pytest.mark.parametrize(
    ("system", "arch", "name"),
    [
        ("debian-12", "x86_64", "/aws/service/debian/release/12/latest/amd64"),
        ("debian-12", "arm64", "/aws/service/debian/release/12/latest/arm64"),
        ("debian-13", "x86_64", "/aws/service/debian/release/13/latest/amd64"),
        ("debian-13", "arm64", "/aws/service/debian/release/13/latest/arm64"),
        (
            "ubuntu-22.04",
            "x86_64",
            "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
        ),
        (
            "ubuntu-24.04",
            "arm64",
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
        ),
        (
            "amazon-linux-2023",
            "x86_64",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        ),
        (
            "amazon-linux-2023",
            "arm64",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
        ),
    ],
)
def test_the_publishers_parameters(system: str, arch: Arch, name: str) -> None:
    assert parameter(system, arch) == name


@pytest.mark.parametrize("system", ["debian-99", "windows", "", "ubuntu-20.04"])
def test_other_systems_are_refused_with_the_known_ones(system: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parameter(system, "x86_64")
    for known in SYSTEMS:
        assert known in caught.value.advice
