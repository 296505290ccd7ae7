"""A machine request as the body of the insert, as it goes over the wire."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

from providers.contract.types import MachineRequest, Market
from providers.gcp.insert_request import insert_request
from providers.gcp.names import machine_name, request_id
from tests.unit.gcp.canned import Json
from tests.unit.gcp.requests import KEY, SCRIPT, TOKEN, USER_DATA, machine_request


def body(request: MachineRequest) -> Json:
    from google.cloud.compute_v1.types import compute

    made = insert_request(request, "shop-project", 0)
    whole: Json = MessageToDict(compute.InsertInstanceRequest.pb(made))
    found: Json = whole["instanceResource"]
    return found


def metadata(request: MachineRequest) -> dict[str, str]:
    return {item["key"]: item["value"] for item in body(request)["metadata"]["items"]}


def test_the_whole_body() -> None:
    labels = {
        "longshore-environment": "production",
        "longshore-machine": "us-1",
        "longshore-project": "shop",
        "longshore-target": "us",
        "longshore-token": TOKEN,
    }
    found = body(machine_request())
    del found["metadata"]
    assert found == {
        "name": TOKEN,
        "machineType": "zones/us-central1-a/machineTypes/e2-small",
        "labels": {**labels, "longshore-hostkey": "a" * 52},
        "tags": {"items": ["longshore-shop-production-us-1a2b3c4d"]},
        "disks": [
            {
                "boot": True,
                "autoDelete": True,
                "deviceName": "boot",
                "initializeParams": {
                    "diskName": TOKEN,
                    "diskSizeGb": "20",
                    "diskType": "zones/us-central1-a/diskTypes/pd-balanced",
                    "labels": labels,
                    "sourceImage": "projects/ubuntu-os-cloud/global/images/"
                    "ubuntu-2404-noble-amd64-v20260101",
                },
            }
        ],
        "networkInterfaces": [
            {
                "subnetwork": "projects/shop-project/regions/us-central1/subnetworks/default",
                "accessConfigs": [
                    {
                        "name": "External NAT",
                        "type": "ONE_TO_ONE_NAT",
                        "networkTier": "PREMIUM",
                    }
                ],
            }
        ],
        "shieldedInstanceConfig": {
            "enableSecureBoot": True,
            "enableVtpm": True,
            "enableIntegrityMonitoring": True,
        },
    }


SHARED = {
    "ssh-keys": f"longshore:{KEY}",
    "block-project-ssh-keys": "TRUE",
    "enable-oslogin": "FALSE",
    "serial-port-enable": "FALSE",
    "serial-port-logging-enable": "FALSE",
}


def test_cloud_init_takes_its_bytes_as_base64() -> None:
    found = metadata(machine_request())
    assert base64.b64decode(found.pop("user-data")) == USER_DATA
    assert found == {**SHARED, "user-data-encoding": "base64"}


def test_a_startup_script_is_text_and_its_machine_may_publish_its_host_key() -> None:
    assert metadata(machine_request(boot="startup-script")) == {
        **SHARED,
        "startup-script": SCRIPT.decode(),
        "enable-guest-attributes": "TRUE",
    }


@pytest.mark.parametrize(
    ("market", "scheduling"),
    [
        ("on-demand", None),
        (
            "spot",
            {
                "provisioningModel": "SPOT",
                "instanceTerminationAction": "DELETE",
                "automaticRestart": False,
                "onHostMaintenance": "TERMINATE",
            },
        ),
    ],
)
def test_spot(market: Market, scheduling: Json | None) -> None:
    assert body(machine_request(market)).get("scheduling") == scheduling


def test_arm_and_newer_families() -> None:
    found = body(machine_request(arch="arm64", type="c4a-standard-1"))
    assert found["shieldedInstanceConfig"]["enableSecureBoot"] is False
    assert found["disks"][0]["initializeParams"]["diskType"].endswith("/hyperdisk-balanced")


def test_the_same_request_is_the_same_bytes() -> None:
    assert json.dumps(body(machine_request())) == json.dumps(body(machine_request()))


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (TOKEN, TOKEN),
        ("0123456789abcdef0123456789abcdef", "longshore-0123456789abcdef0123456789abcdef"),
    ],
)
def test_the_name_is_the_tokens(token: str, name: str) -> None:
    assert machine_name(token) == name
    assert body(replace(machine_request(), token=token))["name"] == name


def test_a_token_that_is_no_name_still_has_one() -> None:
    assert machine_name("A token!") == machine_name("A token!")
    assert machine_name("A token!") != machine_name("B token!")
    assert len(machine_name("x" * 200)) <= 63


def test_request_ids_are_their_attempts() -> None:
    assert len({request_id(TOKEN, 0), request_id(TOKEN, 1), request_id(TOKEN + "x", 0)}) == 3
    assert request_id(TOKEN, 0) == request_id(TOKEN, 0)
