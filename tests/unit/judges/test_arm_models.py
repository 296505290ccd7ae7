"""The judge of ARM's traffic finds every seeded fault, and nothing in what is right."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.judges.arm_models import judge
from tests.judges.traffic import Exchange

GROUP = "/subscriptions/0/resourceGroups/g"
VERSION = {"api-version": "2026-04-01"}
MACHINE = Exchange(
    "arm",
    "PUT",
    f"{GROUP}/providers/Microsoft.Compute/virtualMachines/one",
    VERSION,
    {
        "location": "westeurope",
        "zones": ["1"],
        "tags": {"app": "shop"},
        "properties": {
            "priority": "Spot",
            "hardwareProfile": {"vmSize": "Standard_Newest_v99"},
            "storageProfile": {"osDisk": {"createOption": "FromImage", "diskSizeGB": 30}},
            "osProfile": {"computerName": "one", "customData": "<8 characters>"},
        },
    },
    201,
    {
        "id": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/one",
        "location": "westeurope",
        "properties": {"provisioningState": "Creating", "timeCreated": "2026-11-25T01:02:03.1Z"},
    },
)
INTERFACES = Exchange(
    "arm",
    "GET",
    f"{GROUP.replace('Groups', 'groups')}/providers/microsoft.network/networkinterfaces",
    VERSION,
    None,
    200,
    {
        "value": [
            {
                "name": "nic",
                "properties": {
                    "ipConfigurations": [
                        {
                            "name": "primary",
                            "properties": {
                                "privateIPAddress": "10.0.0.4",
                                "privateIPAllocationMethod": "Static",
                            },
                        }
                    ]
                },
            }
        ],
        "nextLink": "https://127.0.0.1/next",
    },
)
CONFIGURATION = ("value", 0, "properties", "ipConfigurations", 0, "properties")
REFUSED = replace(
    MACHINE,
    status=409,
    response={"error": {"code": "SkuNotAvailable", "message": "Not now.", "target": "vmSize"}},
)
STATUS = Exchange(
    "arm",
    "GET",
    "/subscriptions/0/providers/Microsoft.Compute/locations/westeurope/operations/1",
    VERSION,
    None,
    200,
    {"startTime": "2026-11-25T01:02:03Z", "status": "InProgress", "name": "1"},
)
GONE = replace(INTERFACES, method="HEAD", path=GROUP, status=404, response=None)
RIGHT = {
    "machine": MACHINE,
    "interfaces": INTERFACES,
    "refused": REFUSED,
    "status": STATUS,
    "gone": GONE,
    "lost": replace(MACHINE, status=0, response=None, fault="before: dropped"),
}


@pytest.mark.parametrize("exchange", RIGHT.values(), ids=RIGHT)
def test_what_is_right_passes(exchange: Exchange) -> None:
    assert judge(exchange) == []


Change = Callable[[Any], None]


def put(name: str, value: Any, *path: str | int) -> Change:
    """Sets a member at a path of the document."""

    def change(document: Any) -> None:
        for step in path:
            document = document[step]
        document[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "place", "what"),
    [
        (put("vmsize", "x", "properties", "hardwareProfile"), ".vmsize", "unknown field"),
        (put("Zones", ["1"]), ".Zones", "unknown field"),
        (put("priority", "spot", "properties"), ".priority", "not one of the words"),
        (put("diskSizeGB", "30", "properties", "storageProfile", "osDisk"), "GB", "not an integer"),
        (put("zones", "1"), ".zones", "not a list"),
        (put("tags", {"app": 1}), ".tags.app", "not a string"),
        (put("tags", ["app"]), ".tags", "not an object"),
        (put("vmId", "1", "properties"), ".vmId", "only the service sets"),
        (put("provisioningState", "Succeeded", "properties"), "State", "only the service sets"),
    ],
)
def test_a_fault_in_a_request_is_found(change: Change, place: str, what: str) -> None:
    request = copy.deepcopy(MACHINE.request)
    change(request)
    (found,) = judge(replace(MACHINE, request=request))
    assert found.place.endswith(place)
    assert what in found.what


@pytest.mark.parametrize(
    ("change", "place", "what"),
    [
        (put("privateIpAddress", "10.0.0.4", *CONFIGURATION), "privateIpAddress", "unknown field"),
        (put("privateIPAllocationMethod", "static", *CONFIGURATION), "Method", "not one of"),
        (put("primary", "true", *CONFIGURATION), ".primary", "not a boolean"),
        (put("vmId", "1", "value", 0, "properties"), ".vmId", "unknown field"),
        (put("next_link", "x"), ".next_link", "unknown field of a page"),
        (put("value", {}), "200", "no list"),
    ],
)
def test_a_fault_in_an_answer_is_found(change: Change, place: str, what: str) -> None:
    response = copy.deepcopy(INTERFACES.response)
    change(response)
    (found,) = judge(replace(INTERFACES, response=response))
    assert found.place.endswith(place)
    assert what in found.what


@pytest.mark.parametrize(
    ("exchange", "what"),
    [
        (replace(MACHINE, path=f"{GROUP}/providers/Microsoft.Compute/machines/one"), "no model"),
        (replace(MACHINE, method="POST"), "no model"),
        (replace(MACHINE, query={}), "required parameter is missing"),
        (replace(MACHINE, request=None), "needs a body"),
        (replace(INTERFACES, request={"a": "b"}), "has no body"),
        (replace(MACHINE, status=202), "not a status"),
        (replace(MACHINE, response=None), "without a body"),
        (replace(MACHINE, response={"properties": {"timeCreated": "today"}}), "not a time"),
        (replace(REFUSED, response={"code": "SkuNotAvailable"}), "without an error"),
        (replace(REFUSED, response={"error": {"code": "SkuNotAvailable"}}), "missing"),
        (replace(REFUSED, response={"error": {"code": "A", "message": "b", "c": 1}}), "unknown"),
        (replace(STATUS, response={"status": "SUCCEEDED"}), "not one of"),
        (replace(STATUS, response={"status": "Failed"}), "without an error"),
        (replace(STATUS, response={"status": "Succeeded", "state": "x"}), "unknown field"),
    ],
)
def test_a_fault_in_the_exchange_is_found(exchange: Exchange, what: str) -> None:
    (found,) = judge(exchange)
    assert what in found.what
