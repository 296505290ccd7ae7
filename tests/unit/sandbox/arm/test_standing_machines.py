"""Virtual machines that stand: asked for again, failed, switched, evicted, removed."""

from __future__ import annotations

import pytest

from tests.arm_api import Api, os_profile, power, storage

MACHINE = "Microsoft.Compute/virtualMachines/m"
NIC = "Microsoft.Network/networkInterfaces/nic"


def test_the_same_request_again_changes_nothing_and_another_is_refused(made: Api) -> None:
    nic = made.interface()["id"]
    made.machine(nic=nic)
    body = made.machine_body(nic)
    made.do("PUT", MACHINE, body)
    assert len(made.hosts.machines) == 1
    for change, where in (
        ({"osProfile": os_profile(customData="Ynll")}, "osProfile.customData"),
        ({"osProfile": os_profile(computerName="two")}, "osProfile.computerName"),
        ({"storageProfile": storage("12")}, "storageProfile.imageReference.sku"),
        ({"priority": "Spot"}, "priority"),
    ):
        other = made.machine_body(nic, **change)
        assert made.refused("PUT", MACHINE, other) == (409, "PropertyChangeNotAllowed")
        assert made.error["target"] == where
    assert made.refused("PUT", MACHINE, {**body, "zones": ["1"]})[1] == (
        "ResourceAvailabilityZonesCannotBeModified"
    )
    assert made.refused("PUT", MACHINE, {**body, "location": "westus2"})[1] == (
        "InvalidResourceLocation"
    )
    larger = made.machine_body(nic, hardwareProfile={"vmSize": "Standard_D4s_v5"})
    shown = made.do("PUT", MACHINE, {**larger, "tags": {"a": "b"}})
    assert shown["properties"]["hardwareProfile"]["vmSize"] == "Standard_D4s_v5"
    patched = made.ask("PATCH", MACHINE, {"tags": {"c": "d"}})
    assert patched["tags"] == {"c": "d"}


def test_an_interface_has_one_machine(made: Api) -> None:
    nic = made.interface()["id"]
    made.machine(nic=nic)
    assert made.refused("PUT", f"{MACHINE}2", made.machine_body(nic)) == (400, "NicInUse")


@pytest.mark.parametrize(
    ("down", "zones", "code"),
    [
        ("eastus", [], "AllocationFailed"),
        ("eastus", ["1"], "ZonalAllocationFailed"),
        ("eastus/1", ["1"], "ZonalAllocationFailed"),
    ],
)
def test_where_there_is_no_capacity_a_failed_machine_is_left(
    made: Api, down: str, zones: list[str], code: str
) -> None:
    made.settings.take({"down": [down]})
    body = {**made.machine_body(made.interface()["id"]), "zones": zones}
    if not zones:
        del body["zones"]
    assert made.fails("PUT", MACHINE, body)[0] == code
    shown = made.ask("GET", f"{MACHINE}?$expand=instanceView")["properties"]
    assert shown["provisioningState"] == "Failed"
    assert shown["instanceView"]["statuses"][0]["code"] == f"ProvisioningState/failed/{code}"
    assert made.hosts.machines == {}
    assert made.refused("DELETE", NIC) == (400, "NicInUse")
    assert made.refused("POST", f"{MACHINE}/start") == (409, "OperationNotAllowed")
    made.settings.take({})
    # The same request tries again.
    made.do("PUT", MACHINE, body)
    assert power(made) == ["ProvisioningState/succeeded", "PowerState/running"]
    made.do("DELETE", MACHINE)
    assert made.hosts.machines == {}


def test_a_late_failure_leaves_a_machine_that_runs(made: Api) -> None:
    body = made.machine_body(made.interface()["id"])
    made.doom("OSProvisioningTimedOut", "OS Provisioning for VM 'm' did not finish in time.")
    assert made.fails("PUT", MACHINE, body)[0] == "OSProvisioningTimedOut"
    assert made.paper().seed.hostname == "one"
    assert power(made)[1] == "PowerState/running"
    made.do("DELETE", MACHINE)
    assert made.hosts.machines == {}


def test_a_machine_that_cannot_boot_fails(made: Api) -> None:
    made.hosts.problem = "no room"
    body = made.machine_body(made.interface()["id"])
    code, message = made.fails("PUT", MACHINE, body)
    assert (code, message) == ("OSProvisioningInternalError", "no room")


def test_a_machine_is_removed_while_it_is_made(made: Api) -> None:
    made.hosts.held = True
    made.call("PUT", MACHINE, made.machine_body(made.interface()["id"]))
    answer = made.call("DELETE", MACHINE)
    made.hosts.go_on()
    made.finish(answer.headers["Azure-AsyncOperation"])
    assert made.refused("GET", MACHINE) == (404, "ResourceNotFound")
    assert made.hosts.machines == {}


def test_a_removal_that_fails_leaves_the_machine(made: Api) -> None:
    made.machine()
    made.doom("InternalExecutionError")
    assert made.fails("DELETE", MACHINE)[0] == "InternalExecutionError"
    assert made.ask("GET", MACHINE)["properties"]["provisioningState"] == "Succeeded"


def test_switching_a_machine(made: Api) -> None:
    made.machine(diagnosticsProfile={"bootDiagnostics": {"enabled": True}})
    for action, state in (
        ("powerOff", "stopped"),
        ("start", "running"),
        ("restart", "running"),
        ("deallocate", "deallocated"),
        ("deallocate", "deallocated"),
        ("start", "running"),
    ):
        made.do("POST", f"{MACHINE}/{action}")
        assert power(made)[1] == f"PowerState/{state}"
    console = made.ask("POST", f"{MACHINE}/retrieveBootDiagnosticsData")
    assert console["serialConsoleLogBlobUri"].startswith("https://here/bootdiagnostics/vm-")
    # It switches itself off from inside.
    (name,) = made.hosts.machines
    assert made.paper().register.expects_running(name)
    made.paper().register.halted(name)
    assert power(made)[1] == "PowerState/stopped"
    assert not made.paper().register.expects_running(name)
    assert made.refused("POST", f"{MACHINE}/restart") == (409, "OperationNotAllowed")
    made.doom("AllocationFailed")
    made.call("POST", f"{MACHINE}/start")
    made.wait()
    assert power(made) == ["ProvisioningState/failed/AllocationFailed", "PowerState/stopped"]


@pytest.mark.parametrize("policy", ["Delete", "Deallocate"])
def test_a_spot_machine_is_evicted_as_its_policy_says(made: Api, policy: str) -> None:
    made.machine(priority="Spot", evictionPolicy=policy, billingProfile={"maxPrice": -1})
    made.ask("POST", f"{MACHINE}/simulateEviction")
    made.wait()
    if policy == "Delete":
        assert made.refused("GET", MACHINE)[0] == 404
        assert made.hosts.machines == {}
    else:
        assert power(made)[1] == "PowerState/deallocated"


def test_only_spot_machines_are_evicted(made: Api) -> None:
    made.machine()
    assert made.refused("POST", f"{MACHINE}/simulateEviction") == (409, "OperationNotAllowed")


def test_lists_of_machines(made: Api) -> None:
    made.machine()
    (one,) = made.ask("GET", "Microsoft.Compute/virtualMachines")["value"]
    assert "instanceView" not in one["properties"]
    everywhere = f"{made.home}/providers/Microsoft.Compute/virtualMachines?statusOnly=true"
    (one,) = made.ask("GET", everywhere)["value"]
    assert one["properties"]["instanceView"]["statuses"][1]["code"] == "PowerState/running"


def test_disks_of_their_own(made: Api) -> None:
    path = "Microsoft.Compute/disks/d"
    body = {
        "location": "eastus",
        "sku": {"name": "StandardSSD_LRS"},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 10},
    }
    assert made.call("PUT", path, body).status == 202
    made.wait()
    assert made.ask("GET", path)["properties"]["diskState"] == "Unattached"
    smaller = {**body, "properties": {**body["properties"], "diskSizeGB": 5}}  # type: ignore[dict-item]
    assert made.refused("PUT", path, smaller) == (400, "BadRequest")
    disk = made.ask("GET", path)["id"]
    data = {"lun": 0, "createOption": "Attach", "managedDisk": {"id": disk}}
    made.machine(storageProfile={**storage(), "dataDisks": [data]})
    shown = made.ask("GET", path)
    assert shown["managedBy"].endswith("/virtualMachines/m")
    assert made.refused("DELETE", path) == (409, "OperationNotAllowed")
    made.do("DELETE", MACHINE)
    made.do("DELETE", path)
    for wrong in ({}, {"properties": {"creationData": {"createOption": "Empty"}}}):
        assert made.refused("PUT", path, {"location": "eastus", **wrong}) == (
            400,
            "InvalidParameter",
        )


def test_images_are_listed(api: Api) -> None:
    home = f"{api.home}/providers/Microsoft.Compute/locations/eastus/publishers"
    assert [one["name"] for one in api.ask("GET", home)] == ["Debian", "Canonical", "resf"]
    offers = f"{home}/Debian/artifacttypes/vmimage/offers"
    assert "debian-12" in [one["name"] for one in api.ask("GET", offers)]
    skus = api.ask("GET", f"{offers}/debian-12/skus")
    assert [one["name"] for one in skus] == ["12", "12-gen2", "12-arm64"]
    versions = f"{offers}/debian-12/skus/12-arm64/versions"
    (newest,) = api.ask("GET", f"{versions}?$top=1&$orderby=name desc")
    shown = api.ask("GET", f"{versions}/{newest['name']}")
    assert (shown["properties"]["architecture"], shown["properties"]["hyperVGeneration"]) == (
        "Arm64",
        "V2",
    )
    assert api.ask("GET", f"{versions}/latest")["name"] == newest["name"]
    assert api.refused("GET", f"{versions}/0.0.0") == (404, "NotFound")
    assert api.refused("GET", f"{offers}/debian-1/skus") == (404, "NotFound")
    nowhere = home.replace("eastus", "mars")
    assert api.refused("GET", nowhere) == (400, "NoRegisteredProviderFound")
