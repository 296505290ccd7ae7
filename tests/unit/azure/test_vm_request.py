"""The body of the VM's PUT, and that the SDK's own models know every word of it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, MutableMapping
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from azure.mgmt.compute import models

from providers.azure.vm_request import identity_tags, vm_body
from tests.unit.azure.canned import TOKEN
from tests.unit.azure.requests import KEY, machine_request


def body(**changes: object) -> dict[str, Any]:
    trusted = bool(changes.pop("trusted", True))
    return dict(vm_body(machine_request(**changes), trusted=trusted))


def test_the_same_request_is_the_same_body() -> None:
    assert body() == body()


def test_every_part_goes_with_the_machine_and_carries_its_tags() -> None:
    properties = body()["properties"]
    assert properties["storageProfile"]["osDisk"]["deleteOption"] == "Delete"
    (nic,) = properties["networkProfile"]["networkInterfaceConfigurations"]
    address = nic["properties"]["ipConfigurations"][0]["properties"]["publicIPAddressConfiguration"]
    assert nic["properties"]["deleteOption"] == address["properties"]["deleteOption"] == "Delete"
    tags = identity_tags(machine_request())
    assert body()["tags"] == nic["tags"] == address["tags"] == tags
    assert tags["longshore-token"] == TOKEN
    assert tags["longshore-project"] == "shop"
    assert tags["longshore-trust"] == "initial"


def test_user_data_arrives_byte_for_byte() -> None:
    profile = body()["properties"]["osProfile"]
    assert b64decode(profile["customData"]) == machine_request().user_data
    assert profile["adminUsername"] == "longshore"
    assert profile["linuxConfiguration"]["disablePasswordAuthentication"] is True
    (key,) = profile["linuxConfiguration"]["ssh"]["publicKeys"]
    assert key == {"path": "/home/longshore/.ssh/authorized_keys", "keyData": KEY}


def test_a_spot_machine_is_deleted_when_it_is_taken_back() -> None:
    properties = body(market="spot")["properties"]
    assert properties["priority"] == "Spot"
    assert properties["evictionPolicy"] == "Delete"
    assert properties["billingProfile"] == {"maxPrice": -1}
    assert "priority" not in body()["properties"]


def test_a_machine_in_no_zone_names_none() -> None:
    assert body(zone="2")["zones"] == ["2"]
    assert "zones" not in body(zone="regional")


def test_secure_boot_where_the_size_can() -> None:
    assert body()["properties"]["securityProfile"]["uefiSettings"]["secureBootEnabled"] is True
    assert "securityProfile" not in body(trusted=False)["properties"]


@pytest.mark.parametrize(("asked", "given"), [(20, 30), (30, 30), (64, 64)])
def test_the_disk_is_not_below_the_images_own(asked: int, given: int) -> None:
    assert body(disk_gib=asked)["properties"]["storageProfile"]["osDisk"]["diskSizeGB"] == given


def test_an_image_sold_by_a_plan_names_it() -> None:
    from dataclasses import replace

    image = replace(machine_request().image, id="resf:rockylinux-x86_64:9-base:9.6.20250531")
    plan = body(image=image)["plan"]
    assert plan == {"publisher": "resf", "product": "rockylinux-x86_64", "name": "9-base"}
    assert "plan" not in body()


@pytest.mark.parametrize("market", ["on-demand", "spot"])
def test_the_sdks_models_know_every_field(market: str) -> None:
    unknown = list(_unknown(models.VirtualMachine, body(market=market), "vm"))
    assert unknown == []


def test_a_misspelt_field_would_be_seen() -> None:
    wrong = body()
    wrong["properties"]["hardwareProfile"]["vmsize"] = "x"
    assert list(_unknown(models.VirtualMachine, wrong, "vm")) == [
        "vm.properties.hardwareProfile.vmsize"
    ]


def _unknown(model: type, document: Mapping[str, object], path: str) -> list[str]:
    """Fields of a document that the model does not take in a request."""
    model.__new__(model)
    fields = {field._rest_name: (name, field) for name, field in model._attr_to_rest_field.items()}  # type: ignore[attr-defined]
    hints = _hints(model)
    found = []
    for key, value in document.items():
        if key not in fields or fields[key][1]._visibility == ["read"]:
            found.append(f"{path}.{key}")
            continue
        inner = _model_in(hints.get(fields[key][0]))
        for one in value if isinstance(value, list) else [value]:
            if inner is not None and isinstance(one, Mapping):
                found.extend(_unknown(inner, one, f"{path}.{key}"))
    return found


def _hints(model: type) -> dict[str, Any]:
    names = {**vars(models), "_models": models}
    found: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        if base.__module__.startswith("azure.mgmt"):
            found.update(get_type_hints(base, globalns={**vars(__import__("typing")), **names}))
    return found


def _model_in(hint: Any) -> type | None:
    if isinstance(hint, type) and issubclass(hint, MutableMapping) and hint is not dict:
        return hint
    if get_origin(hint) is dict:
        return None
    for inner in get_args(hint):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
