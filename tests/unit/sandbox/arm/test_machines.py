"""Virtual machines: made, changed, switched, removed, refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from providers.sandbox.arm.compute.os_profile import CUSTOM_DATA
from tests.arm_api import KEY, Api, os_profile, power, storage

MACHINE = "Microsoft.Compute/virtualMachines/m"


def test_a_machine_is_made(made: Api) -> None:
    made.hosts.held = True
    body = made.machine_body(made.interface()["id"])
    answer = made.call("PUT", MACHINE, {**body, "tags": {"app": "shop"}, "zones": ["2"]})
    assert answer.status == 201
    made.wait(60)
    assert made.ask("GET", MACHINE)["properties"]["provisioningState"] == "Creating"
    assert power(made) == ["ProvisioningState/creating", "PowerState/starting"]
    assert made.refused("PUT", MACHINE, body) == (409, "Conflict")
    made.hosts.go_on()
    made.finish(answer.headers["Azure-AsyncOperation"])
    shown = made.ask("GET", f"{MACHINE}?$expand=instanceView")
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert shown["properties"]["instanceView"]["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"
    assert power(made) == ["ProvisioningState/succeeded", "PowerState/running"]
    paper = made.paper()
    assert paper.image == "debian-12/cloud-init"
    assert paper.seed.user_data == b"hello"
    assert paper.seed.hostname == "one"
    vendor = json.loads(paper.seed.vendor_data.decode().partition("\n")[2])
    assert vendor == {"user": {"name": "longshore"}, "ssh_authorized_keys": [KEY]}


def test_no_secret_is_shown(made: Api) -> None:
    made.machine(userData="aGVsbG8=")
    shown = made.ask("GET", MACHINE)["properties"]
    assert "customData" not in shown["osProfile"]
    assert "userData" not in shown
    assert made.ask("GET", f"{MACHINE}?$expand=userData")["properties"]["userData"]
    kept = json.dumps(made.arm.elide({"osProfile": os_profile(adminPassword="x")}))
    assert "aGVsbG8=" not in kept
    assert KEY not in kept


def test_the_disk_comes_with_the_machine(made: Api) -> None:
    made.machine(storageProfile=storage(deleteOption="Delete", diskSizeGB=64, name="os"))
    (disk,) = made.ask("GET", f"{made.home}/providers/Microsoft.Compute/disks")["value"]
    assert (disk["name"], disk["properties"]["diskSizeGB"]) == ("os", 64)
    assert disk["properties"]["diskState"] == "Attached"
    # Compute spells the group of a disk in capitals.
    assert "/resourceGroups/G/" in disk["id"]
    path = "Microsoft.Compute/disks/os"
    assert made.refused("DELETE", path) == (409, "OperationNotAllowed")
    made.do("DELETE", MACHINE)
    assert made.names() == ["nic", "v"]


def test_what_is_not_to_go_with_a_machine_stays(made: Api) -> None:
    made.machine()
    made.do("DELETE", MACHINE)
    assert [name.partition("_")[0] for name in made.names()] == ["m", "nic", "v"]
    assert made.hosts.machines == {}
    assert made.call("DELETE", MACHINE).status == 204


def test_one_request_makes_interface_and_address_as_well(made: Api) -> None:
    made.network()
    group = made.security()
    address = {
        "name": "m-ip",
        "tags": {"app": "shop"},
        "sku": {"name": "Standard"},
        "properties": {"deleteOption": "Delete", "publicIPAllocationMethod": "Static"},
    }
    interface = {
        "name": "m-nic",
        "tags": {"app": "shop"},
        "properties": {
            "primary": True,
            "deleteOption": "Delete",
            "networkSecurityGroup": {"id": group},
            "ipConfigurations": [
                {
                    "name": "p",
                    "properties": {
                        "subnet": {"id": made.subnet},
                        "publicIPAddressConfiguration": address,
                    },
                }
            ],
        },
    }
    profile = {"networkApiVersion": "2022-11-01", "networkInterfaceConfigurations": [interface]}
    body = made.machine_body(
        "", networkProfile=profile, storageProfile=storage(deleteOption="Delete")
    )
    del profile["networkApiVersion"]
    assert made.refused("PUT", MACHINE, body) == (400, "InvalidParameter")
    assert made.names() == ["n", "v"]
    profile["networkApiVersion"] = "2022-11-01"
    shown = made.do("PUT", MACHINE, {**body, "zones": ["1"]})
    (reference,) = shown["properties"]["networkProfile"]["networkInterfaces"]
    assert reference["properties"] == {"primary": True, "deleteOption": "Delete"}
    ip = made.ask("GET", "Microsoft.Network/publicIPAddresses/m-ip")
    assert (ip["tags"], ip["zones"]) == ({"app": "shop"}, ["1"])
    assert made.paper().address == ip["properties"]["ipAddress"]
    made.do("DELETE", MACHINE)
    assert made.names() == ["n", "v"]
    assert made.hosts.pool._taken == set()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"hardwareProfile": {"vmSize": "Standard_Huge"}}, (400, "InvalidParameter")),
        ({"hardwareProfile": {"vmsize": "Standard_D2s_v5"}}, (400, "BadRequest")),
        ({"hardwareProfile": None}, (400, "InvalidParameter")),
        ({"hardwareProfile": {"vmSize": "Standard_D2ps_v5"}}, (400, "BadRequest")),
        ({"hardwareProfile": {"vmSize": "Standard_A2_v2"}}, (400, "BadRequest")),
        ({"storageProfile": storage("12-gen3")}, (404, "PlatformImageNotFound")),
        ({"storageProfile": storage("12-arm64")}, (400, "BadRequest")),
        ({"storageProfile": storage(createOption="fromImage")}, (400, "InvalidParameter")),
        ({"storageProfile": storage(diskSizeGB=10)}, (409, "ResizeDiskError")),
        ({"storageProfile": storage(diskSizeGB="64")}, (400, "BadRequest")),
        ({"storageProfile": None}, (400, "InvalidParameter")),
        ({"osProfile": None}, (400, "InvalidParameter")),
        ({"osProfile": os_profile(adminUsername="root")}, (400, "InvalidParameter")),
        ({"osProfile": os_profile(adminUsername="a b")}, (400, "InvalidParameter")),
        ({"osProfile": os_profile(computerName="a_b")}, (400, "InvalidParameter")),
        ({"osProfile": os_profile(customData="not base64")}, (400, "InvalidParameter")),
        ({"osProfile": os_profile(linuxConfiguration={})}, (400, "InvalidParameter")),
        ({"networkProfile": {}}, (400, "InvalidParameter")),
        (
            {"networkProfile": {"networkInterfaces": [{"id": "/x"}]}},
            (400, "InvalidResourceReference"),
        ),
        ({"priority": "spot"}, (400, "InvalidParameter")),
        ({"evictionPolicy": "Delete"}, (400, "InvalidParameter")),
        ({"billingProfile": {"maxPrice": 0.1}}, (400, "InvalidParameter")),
        (
            {"priority": "Spot", "hardwareProfile": {"vmSize": "Standard_B2s"}},
            (400, "InvalidParameter"),
        ),
        (
            {"securityProfile": {"uefiSettings": {"vTpmEnabled": True}}},
            (400, "InvalidParameter"),
        ),
        (
            {
                "securityProfile": {"securityType": "TrustedLaunch"},
                "storageProfile": storage("12"),
            },
            (400, "BadRequest"),
        ),
        ({"provisioningState": "Succeeded"}, (400, "InvalidParameter")),
    ],
)
def test_what_no_machine_can_be(
    made: Api, change: dict[str, Any], refusal: tuple[int, str]
) -> None:
    body = made.machine_body(made.interface()["id"], **change)
    assert made.refused("PUT", MACHINE, body) == refusal
    assert made.names() == ["nic", "v"]


def test_custom_data_has_a_limit(made: Api) -> None:
    nic = made.interface()["id"]
    most = base64.b64encode(b"x" * (CUSTOM_DATA // 4 * 3)).decode()
    more = base64.b64encode(b"x" * (CUSTOM_DATA // 4 * 3 + 1)).decode()
    body = made.machine_body(nic, osProfile=os_profile(customData=more))
    assert made.refused("PUT", MACHINE, body) == (400, "InvalidParameter")
    assert "maximum length of 87380 characters" in made.message
    made.machine(nic=nic, osProfile=os_profile(customData=most))


def test_arm64_where_it_can_run(made: Api) -> None:
    arm = {
        "hardwareProfile": {"vmSize": "Standard_D2ps_v5"},
        "storageProfile": storage("13-arm64", "debian-13"),
    }
    made.machine(**arm)
    assert made.paper().image == "debian-13/cloud-init"
    made.hosts.arches = ("x86_64",)
    body = made.machine_body(made.interface("other")["id"], **arm)
    assert made.refused("PUT", f"{MACHINE}2", body) == (409, "SkuNotAvailable")


def test_sizes_and_zones_that_the_subscription_may_not_have(made: Api) -> None:
    body = made.machine_body(made.interface()["id"])
    small = {**body, "properties": {**body["properties"]}}
    small["properties"]["hardwareProfile"] = {"vmSize": "Standard_D2ps_v6"}
    small["properties"]["storageProfile"] = storage("12-arm64")
    assert made.refused("PUT", MACHINE, {**small, "zones": ["1"]}) == (409, "SkuNotAvailable")
    assert made.refused("PUT", MACHINE, {**body, "zones": ["9"]})[1] == (
        "AvailabilityZoneNotSupported"
    )
    assert made.refused("PUT", MACHINE, {**body, "zones": ["1", "2"]}) == (400, "InvalidParameter")
    skus = f"{made.home}/providers/Microsoft.Compute/skus?$filter=location eq 'eastus'"
    shown = {one["name"]: one for one in made.ask("GET", skus)["value"]}
    assert shown["Standard_D2ps_v6"]["restrictions"] == [
        {
            "type": "Zone",
            "values": ["eastus"],
            "restrictionInfo": {"locations": ["eastus"], "zones": ["1", "2"]},
            "reasonCode": "NotAvailableForSubscription",
        }
    ]
    made.do("PUT", MACHINE, {**small, "zones": ["3"]})


def test_zones_of_machine_and_address_have_to_meet(made: Api) -> None:
    public = made.address(zones=["1"])["id"]
    body = made.machine_body(made.interface(public=public)["id"])
    assert made.refused("PUT", MACHINE, {**body, "zones": ["2"]}) == (
        400,
        "ComputeResourceZoneConstraintDoesNotMatchPublicIPAddressZoneConstraint",
    )
    made.do("PUT", MACHINE, {**body, "zones": ["1"]})


@pytest.mark.parametrize(
    ("limit", "more", "words"),
    [
        ("standardDSv5Family", {}, "approved standardDSv5Family Cores quota"),
        ("cores", {}, "approved Total Regional Cores quota"),
        ("lowPriorityCores", {"priority": "Spot"}, "approved LowPriorityCores quota"),
    ],
)
def test_the_quota_of_cores(made: Api, limit: str, more: dict[str, Any], words: str) -> None:
    made.settings.take({"limits": {f"eastus/{limit}": 3}})
    made.machine(**more)
    body = made.machine_body(made.interface("other")["id"], **more)
    assert made.refused("PUT", f"{MACHINE}2", body) == (409, "OperationNotAllowed")
    assert words in made.message
    assert "Current Limit: 3, Current Usage: 2, Additional Required: 2" in made.message
    usages = f"{made.home}/providers/Microsoft.Compute/locations/eastus/usages"
    shown = {one["name"]["value"]: one for one in made.ask("GET", usages)["value"]}
    assert (shown[limit]["currentValue"], shown[limit]["limit"]) == (2, 3)
    made.do("POST", f"{MACHINE}/deallocate")
    made.do("PUT", f"{MACHINE}2", body)


def test_images_with_a_plan_need_it_and_its_terms(made: Api) -> None:
    image = {
        "publisher": "resf",
        "offer": "rockylinux-x86_64",
        "sku": "9-base",
        "version": "latest",
    }
    disk = {"createOption": "FromImage"}
    body = made.machine_body(
        made.interface()["id"], storageProfile={"imageReference": image, "osDisk": disk}
    )
    assert made.refused("PUT", MACHINE, body) == (400, "VMMarketplaceInvalidInput")
    body["plan"] = {"publisher": "resf", "product": "rockylinux-x86_64", "name": "8-base"}
    assert made.refused("PUT", MACHINE, body) == (400, "VMMarketplaceInvalidInput")
    body["plan"]["name"] = "9-base"
    assert made.refused("PUT", MACHINE, body) == (400, "MarketplacePurchaseEligibilityFailed")
    terms = (
        f"{made.home}/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/"
        "publishers/resf/offers/rockylinux-x86_64/plans/9-base/agreements/current"
    )
    shown = made.ask("GET", terms)
    assert shown["properties"]["accepted"] is False
    shown["properties"]["accepted"] = True
    forged = {"properties": {**shown["properties"], "signature": "x"}}
    assert made.refused("PUT", terms, forged) == (400, "BadRequest")
    assert made.ask("PUT", terms, shown)["properties"]["accepted"] is True
    made.do("PUT", MACHINE, body)
    debian = made.machine_body(made.interface("other")["id"])
    assert made.refused("PUT", f"{MACHINE}2", {**debian, "plan": body["plan"]})[1] == (
        "VMMarketplaceInvalidInput"
    )
