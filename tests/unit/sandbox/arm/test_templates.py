"""Template deployments, and the expressions in them."""

from __future__ import annotations

from typing import Any

import pytest

from providers.sandbox.arm.templates.expressions import Scope, evaluate
from providers.sandbox.rest.message import RestRefusal
from tests.arm_api import Api, os_profile

DEPLOYMENT = "Microsoft.Resources/deployments/d"
SCOPE = Scope(
    subscription="s",
    tenant="t",
    group="g",
    location="eastus",
    name="d",
    parameters={"size": "small", "list": [1, 2]},
    variables={"name": "[concat('vm-', parameters('size'))]"},
    reference=lambda text: {"ipAddress": "192.0.2.1", "of": text},
    versions=lambda type: ["2026-03-01"],
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("[[not an expression]", "[not an expression]"),
        ("[parameters('size')]", "small"),
        ("[variables('name')]", "vm-small"),
        ("[resourceGroup().location]", "eastus"),
        ("[concat('it''s ', toUpper('a'), 1)]", "it's A1"),
        ("[parameters('list')[1]]", 2),
        (
            "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
            "/subnets/s",
        ),
        (
            "[resourceId('other', 'Microsoft.Compute/disks', 'd')]",
            "/subscriptions/s/resourceGroups/other/providers/Microsoft.Compute/disks/d",
        ),
        ("[reference('ip', providers('A', 'b').apiVersions[0]).ipAddress]", "192.0.2.1"),
        ({"a": ["[subscription().tenantId]"]}, {"a": ["t"]}),
    ],
)
def test_expressions(text: Any, value: Any) -> None:
    assert evaluate(text, SCOPE.functions()) == value


@pytest.mark.parametrize(
    "text",
    [
        "[parameters('other')]",
        "[nothing()]",
        "[concat('a']",
        "[concat('a'))]",
        "[resourceGroup().colour]",
        "[copyIndex()]",
        "[resourceId('Microsoft.Compute/disks')]",
        "['a' 'b']",
        "[%]",
    ],
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(RestRefusal) as caught:
        evaluate(text, SCOPE.functions())
    assert caught.value.code == "InvalidTemplate"


def template(**more: Any) -> dict[str, Any]:
    """What `az vm create` sends, shortened: old API versions, words in any case."""
    network = {
        "type": "Microsoft.Network/virtualNetworks",
        "name": "v",
        "apiVersion": "2015-06-15",
        "location": "[resourceGroup().location]",
        "dependsOn": [],
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}],
        },
    }
    interface = {
        "type": "Microsoft.Network/networkInterfaces",
        "name": "nic",
        "apiVersion": "2015-06-15",
        "location": "eastus",
        "dependsOn": ["Microsoft.Network/virtualNetworks/v"],
        "properties": {
            "ipConfigurations": [
                {
                    "name": "p",
                    "properties": {
                        "privateIPAllocationMethod": "dynamic",
                        "subnet": {
                            "id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', "
                            "'v', 's')]"
                        },
                    },
                }
            ]
        },
    }
    machine = {
        "type": "Microsoft.Compute/virtualMachines",
        "name": "m",
        "apiVersion": "2024-11-01",
        "location": "eastus",
        "dependsOn": ["Microsoft.Network/networkInterfaces/nic"],
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {
                "imageReference": {
                    "publisher": "Debian",
                    "offer": "debian-12",
                    "sku": "12-gen2",
                    "version": "latest",
                },
                "osDisk": {"createOption": "fromImage", "diskSizeGb": 40},
            },
            "osProfile": os_profile(),
            "networkProfile": {
                "networkInterfaces": [
                    {"id": "[resourceId('Microsoft.Network/networkInterfaces', 'nic')]"}
                ]
            },
            **more,
        },
    }
    return {
        "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "resources": [machine, interface, network],
        "outputs": {
            "id": {
                "type": "string",
                "value": "[resourceId('Microsoft.Compute/virtualMachines', 'm')]",
            }
        },
    }


def deploy(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    """A deployment to its end, whatever that is."""
    body = {"properties": {"mode": "incremental", "template": document}}
    link = api.call("PUT", DEPLOYMENT, body).headers["Azure-AsyncOperation"]
    path = link.removeprefix("https://here")
    assert api.ask("GET", path)["status"] == "Running"
    for _ in range(20):
        api.wait()
        shown: dict[str, Any] = api.ask("GET", path)
        if shown["status"] != "Running":
            return shown
    raise AssertionError("goes on and on")


def test_a_deployment_makes_things_in_their_order(made: Api) -> None:
    assert deploy(made, template()) == {"status": "Succeeded"}
    shown = made.ask("GET", DEPLOYMENT)["properties"]
    assert shown["outputs"]["id"]["value"].endswith("/virtualMachines/m")
    assert len(shown["outputResources"]) == 3
    machine = made.ask("GET", "Microsoft.Compute/virtualMachines/m")["properties"]
    assert machine["storageProfile"]["osDisk"]["diskSizeGB"] == 40
    assert machine["provisioningState"] == "Succeeded"
    operations = made.ask("GET", f"{DEPLOYMENT}/operations")["value"]
    assert [one["properties"]["provisioningState"] for one in operations] == ["Succeeded"] * 3
    assert made.ask("GET", "Microsoft.Resources/deployments")["value"][0]["name"] == "d"
    made.ask("DELETE", DEPLOYMENT)
    assert made.refused("GET", DEPLOYMENT) == (404, "DeploymentNotFound")


def test_a_deployment_fails_with_what_failed_in_it(made: Api) -> None:
    document = template(hardwareProfile={"vmSize": "Standard_Huge"})
    shown = deploy(made, document)
    assert shown["error"]["code"] == "DeploymentFailed"
    assert shown["error"]["details"][0]["code"] == "InvalidParameter"
    made.settings.take({"down": ["eastus"]})
    shown = deploy(made, template())
    assert shown["error"]["details"][0]["code"] == "AllocationFailed"


def test_a_template_is_read_before_anything_is_made(made: Api) -> None:
    wrong = template()
    wrong["resources"][0]["dependsOn"] = ["Microsoft.Network/networkInterfaces/other"]
    body = {"properties": {"mode": "Incremental", "template": wrong}}
    for method, path in (("PUT", DEPLOYMENT), ("POST", f"{DEPLOYMENT}/validate")):
        assert made.refused(method, path, body) == (400, "InvalidTemplate")
    good = {"properties": {"mode": "Incremental", "template": template()}}
    shown = made.ask("POST", f"{DEPLOYMENT}/validate", good)
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert made.names() == []
