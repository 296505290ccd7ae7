"""Catalogue, tokens, capabilities, addresses, recipe, seed and prerequisites."""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
import sys

import pytest

from providers.sandbox.capabilities import NAMES, parse_bounding_set
from providers.sandbox.ec2.catalogue import IMAGES
from providers.sandbox.ec2.tokens import TokenBook, fingerprint
from providers.sandbox.errors import SandboxError
from providers.sandbox.machine import Seed
from providers.sandbox.network import AddressPool
from providers.sandbox.prerequisites import require_debootstrap


def test_every_image_has_its_own_id_in_every_region() -> None:
    ids = {image.ami_id(region) for image in IMAGES for region in ("us-east-1", "eu-west-1")}
    assert len(ids) == 2 * len(IMAGES)
    assert all(len(one) == len("ami-") + 17 for one in ids)


def test_public_parameter_paths() -> None:
    paths = {path for image in IMAGES for path in image.parameters}
    ubuntu = "/aws/service/canonical/ubuntu/server"
    assert {
        "/aws/service/debian/release/12/latest/amd64",
        "/aws/service/debian/release/13/latest/arm64",
        f"{ubuntu}/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
        f"{ubuntu}/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    } <= paths


def test_same_token_same_request_finds_the_reservation() -> None:
    book = TokenBook()
    request = fingerprint("ami-1", {"type": "t3.micro"})
    assert book.find("us-east-1", "token", request) is None
    book.remember("us-east-1", "token", request, "r-1")
    assert book.find("us-east-1", "token", request) == "r-1"
    assert book.find("eu-west-1", "token", request) is None
    with pytest.raises(ValueError, match="token"):
        book.find("us-east-1", "token", fingerprint("ami-2", {"type": "t3.micro"}))


def test_capabilities_of_the_bounding_set_by_name() -> None:
    everything = parse_bounding_set("CapBnd:\t000001ffffffffff\n")
    without_resource = parse_bounding_set("Name: x\nCapBnd:\t000001fffeffffff\n")
    assert everything == NAMES
    assert set(everything) - set(without_resource) == {"SYS_RESOURCE"}


def test_addresses_are_reused_only_after_the_others() -> None:
    pool = AddressPool(ipaddress.IPv4Network("10.1.0.0/28"), "10.1.0.1")
    first = pool.take()
    assert first == "10.1.0.10"
    pool.give_back(first)
    assert [pool.take() for _ in range(5)] == [
        "10.1.0.11",
        "10.1.0.12",
        "10.1.0.13",
        "10.1.0.14",
        "10.1.0.10",
    ]
    with pytest.raises(SandboxError, match=r"No address is left in 10\.1\.0\.0/28"):
        pool.take()


def test_meta_data_names_instance_host_and_key() -> None:
    seed = Seed("ip-10-0-0-1", "ssh-ed25519 AAAA me\n", b"")
    assert seed.meta_data("i-1") == (
        'instance-id: i-1\nlocal-hostname: ip-10-0-0-1\npublic-keys: ["ssh-ed25519 AAAA me"]\n'
    )


def test_missing_debootstrap_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(SandboxError) as caught:
        require_debootstrap()
    assert caught.value.advice == "Install it: sudo apt-get install debootstrap"


def test_building_without_root_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: "/usr/sbin/debootstrap")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match="needs root"):
        require_debootstrap()


def test_control_imports_neither_moto_nor_docker() -> None:
    script = (
        "import sys, providers.sandbox.control\n"
        "heavy = {'moto', 'docker', 'boto3', 'werkzeug', 'requests', 'paramiko'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert shown.stdout.strip() == "[]"
