"""Machine images: which layers a variant has, and what they are called."""

from __future__ import annotations

import subprocess
from typing import Any, cast

import pytest

from providers.sandbox.errors import SandboxError
from providers.sandbox.image import BASE_VARIABLE, MachineImages, read_recipe
from providers.sandbox.progress import silent
from providers.sandbox.recipe import AGENT_FILES, Layer, Recipe, agent_files
from providers.sandbox.systems import Variant, stand_in

SOURCES = {"/etc/apt/sources.list": "a"}
RECIPE = Recipe("debootstrap bookworm http://a", SOURCES)


class Engine:
    """A Docker Engine that has the images of these names."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def images(self, name: str, quiet: bool) -> list[str]:
        return [one for one in self.names if one == name]


def machine_images(*names: str) -> MachineImages:
    return MachineImages(cast("Any", Engine(*names)), silent)


def below(layer: Layer) -> Layer:
    assert isinstance(layer.below, Layer)
    return layer.below


def test_the_digest_follows_everything_below() -> None:
    variant = Variant("debian-12", "cloud-init", baked=True)
    one, same = RECIPE.layer(variant), Recipe(RECIPE.base, dict(SOURCES)).layer(variant)
    other = Recipe(RECIPE.base, {"/etc/apt/sources.list": "b"}).layer(variant)
    assert one.digest == same.digest != other.digest


def test_both_channels_share_a_base() -> None:
    cloud_init = RECIPE.layer(Variant("debian-12", "cloud-init", baked=False))
    guest_agent = RECIPE.layer(Variant("debian-12", "guest-agent", baked=False))
    assert cloud_init.digest != guest_agent.digest
    assert below(cloud_init).digest == below(guest_agent).digest
    assert below(cloud_init).below == RECIPE.base
    assert "cloud-init" in cloud_init.packages
    assert guest_agent.packages == ()


def test_baked_machines_are_the_plain_ones_with_docker() -> None:
    for system, packages in (("debian-12", "docker.io"), ("debian-13", "docker.io docker-cli")):
        plain = RECIPE.layer(Variant(system, "guest-agent", baked=False))
        baked = RECIPE.layer(Variant(system, "guest-agent", baked=True))
        assert below(baked).digest == plain.digest
        assert " ".join(baked.packages) == packages


def test_references_follow_system_channel_and_baking() -> None:
    images = machine_images()
    names = {
        images.reference(system, channel)
        for system in ("debian-12", "debian-13")
        for channel in ("cloud-init", "guest-agent")
        for images.baked in (False, True)
    }
    assert len(names) == 8
    images.baked = True
    baked = images.reference("debian-13", "guest-agent")
    assert baked.startswith("longshore-sandbox-machine:debian-13-guest-agent-")
    assert baked.endswith("-baked")


def test_a_system_without_packages_here_gets_a_stand_in() -> None:
    images = machine_images()
    assert stand_in("rocky-9") == "debian-12"
    assert images.reference("rocky-9", "guest-agent") == images.reference(
        "debian-12", "guest-agent"
    )


def test_an_image_that_is_there_is_not_built() -> None:
    name = machine_images().reference("debian-12", "cloud-init")
    machine_images(name).ensure(name)


def test_one_base_image_serves_one_release_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_VARIABLE, "debian:12")
    assert read_recipe("debian-12").base == "debian:12"
    images = machine_images()
    missing = images.reference("debian-13", "cloud-init")
    with pytest.raises(SandboxError, match="names one image for all releases") as caught:
        images.ensure(missing)
    assert "LONGSHORE_SANDBOX_BASE=debian:{version}" in caught.value.advice
    monkeypatch.setenv(BASE_VARIABLE, "debian:{version}")
    assert read_recipe("debian-13").base == "debian:13"


def test_the_guest_agent_is_a_valid_script() -> None:
    files = agent_files()
    assert sorted(files) == sorted(AGENT_FILES)
    script = files["/usr/local/sbin/longshore-guest-agent"]
    for check in (["dash", "-n"], ["shellcheck", "-s", "sh", "-"]):
        subprocess.run(check, input=script, text=True, check=True)
