"""Instances: made, listed, changed, stopped, removed; and what is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from providers.sandbox.faults import parse_faults
from tests.paper_hosts import PaperHosts
from tests.unit.sandbox.gce.conftest import ZONE, Api

PATH = f"zones/{ZONE}/instances"


def test_an_instance_passes_through_its_states(api: Api) -> None:
    api.hosts.held = True
    begun = api.ask("POST", PATH, api.instance_body())
    assert begun["status"] == "PENDING"
    assert api.instance()["status"] == "PROVISIONING"
    operation = f"zones/{ZONE}/operations/{begun['name']}"
    assert api.ask("GET", operation)["status"] == "RUNNING"
    shown = api.instance()
    assert shown["status"] == "STAGING"
    assert "natIP" not in shown["networkInterfaces"][0]["accessConfigs"][0]
    assert api.ask("GET", operation)["status"] == "RUNNING"
    api.hosts.held = False
    api.hosts.go_on()
    assert api.ask("POST", f"{operation}/wait")["status"] == "DONE"
    shown = api.instance()
    nic = shown["networkInterfaces"][0]
    assert shown["status"] == "RUNNING"
    assert nic["accessConfigs"][0]["natIP"] == nic["networkIP"] == api.machine(shown).address
    api.hosts.held = True
    api.ask("DELETE", f"{PATH}/one")
    assert api.instance()["status"] == "STOPPING"
    assert api.refused("DELETE", f"{PATH}/one") == (400, "resourceNotReady")
    api.hosts.go_on()
    assert api.refused("GET", f"{PATH}/one") == (404, "notFound")


def test_an_operation_is_in_progress_at_least_once(api: Api) -> None:
    begun = api.ask("POST", PATH, api.instance_body())
    assert api.instance()["status"] == "RUNNING"
    assert api.ask("GET", f"zones/{ZONE}/operations/{begun['name']}")["status"] == "RUNNING"
    assert api.refused("GET", f"zones/{ZONE}/operations/operation-none") == (404, "notFound")


def test_labels_are_on_instance_and_disk(api: Api) -> None:
    body = api.instance_body(labels={"app": "shop"})
    body["disks"][0]["initializeParams"]["labels"] = {"app": "disk"}
    api.do("POST", PATH, body)
    disk = api.ask("GET", f"zones/{ZONE}/disks/one")
    assert disk["labels"] == {"app": "disk"}
    assert disk["users"] == [api.instance()["selfLink"]]
    assert disk["sizeGb"] == "10"
    found = api.ask("GET", "aggregated/instances?filter=labels.app%3Dshop")["items"]
    assert [one["name"] for one in found[f"zones/{ZONE}"]["instances"]] == ["one"]
    assert "items" not in api.ask("GET", f"{PATH}?filter=labels.app%3Dother")


def test_labels_change_only_with_the_present_fingerprint(api: Api) -> None:
    api.insert(labels={"a": "1"})
    before = api.instance()["labelFingerprint"]
    change = {"labels": {"b": "2"}, "labelFingerprint": before}
    api.do("POST", f"{PATH}/one/setLabels", change)
    shown = api.instance()
    assert shown["labels"] == {"b": "2"}
    assert shown["labelFingerprint"] != before
    assert api.refused("POST", f"{PATH}/one/setLabels", change) == (412, "conditionNotMet")
    assert "Labels fingerprint either invalid or resource labels have changed" in api.message


def test_one_request_id_is_one_instance(api: Api, request_id: str) -> None:
    path = f"{PATH}?requestId={request_id}"
    first = api.ask("POST", path, api.instance_body())
    assert api.ask("POST", path, api.instance_body())["name"] == first["name"]
    assert len(api.hosts.machines) == 1
    assert api.refused("POST", path, api.instance_body("two")) == (400, "invalid")
    assert api.refused("POST", PATH, api.instance_body()) == (409, "alreadyExists")
    assert api.refused("POST", f"{PATH}?requestId=1", api.instance_body("two")) == (400, "invalid")
    zero = "00000000-0000-0000-0000-000000000000"
    again = api.refused("POST", f"{PATH}?requestId={zero}", api.instance_body("two"))
    assert again == (400, "invalid")


def test_a_stockout_is_an_operations_end_and_leaves_nothing(api: Api) -> None:
    fault = {"action": "*", "when": "operation", "code": "ZONE_RESOURCE_POOL_EXHAUSTED"}
    (struck,) = parse_faults([fault])
    ended = api.do("POST", PATH, api.instance_body(), doom=lambda: struck)
    (error,) = ended["error"]["errors"]
    assert error["code"] == "ZONE_RESOURCE_POOL_EXHAUSTED"
    assert ended["httpErrorStatusCode"] == 503
    assert ended["httpErrorMessage"] == "SERVICE UNAVAILABLE"
    (info,) = [detail["errorInfo"] for detail in error["errorDetails"] if "errorInfo" in detail]
    assert info["metadatas"]["vmType"] == "e2-small"
    assert api.refused("GET", f"{PATH}/one") == (404, "notFound")
    assert api.refused("GET", f"zones/{ZONE}/disks/one") == (404, "notFound")
    assert api.hosts.machines == {}
    assert api.hosts.pool.take() != ""


def test_a_quota_ends_the_operation_with_its_figures(api: Api) -> None:
    api.cloud.settings.take({"limits": {"us-central1/CPUS": 3}})
    api.insert()
    ended = api.do("POST", PATH, api.instance_body("two"))
    (error,) = ended["error"]["errors"]
    assert error["code"] == "QUOTA_EXCEEDED"
    assert error["message"] == "Quota 'CPUS' exceeded.  Limit: 3.0 in region us-central1."
    assert ended["httpErrorStatusCode"] == 403
    quotas = {quota["metric"]: quota for quota in api.ask("GET", "regions/us-central1")["quotas"]}
    assert quotas["CPUS"] == {"metric": "CPUS", "limit": 3.0, "usage": 2.0}
    assert quotas["INSTANCES"]["usage"] == 1.0


def test_a_machine_that_does_not_boot_ends_the_operation(api: Api) -> None:
    api.hosts.problem = "no room"
    ended = api.do("POST", PATH, api.instance_body())
    assert ended["error"]["errors"][0] == {"code": "INTERNAL_ERROR", "message": "no room"}
    assert api.refused("GET", f"{PATH}/one") == (404, "notFound")


def test_an_image_with_cloud_init_reads_user_data(api: Api) -> None:
    body = api.instance_body(
        metadata={
            "items": [
                {"key": "user-data", "value": base64.b64encode(b"\x1f\x8b\x00").decode()},
                {"key": "user-data-encoding", "value": "base64"},
                {"key": "ssh-keys", "value": "me:ssh-ed25519 AAAA me"},
            ]
        }
    )
    image = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"
    body["disks"][0]["initializeParams"]["sourceImage"] = image
    api.do("POST", PATH, body)
    machine = api.machine(api.instance())
    assert machine.image == "debian-12/cloud-init"
    assert machine.seed.user_data == b"\x1f\x8b\x00"
    assert machine.seed.public_key == "ssh-ed25519 AAAA me"
    assert machine.seed.metadata is None


def test_an_image_without_cloud_init_reads_metadata(api: Api) -> None:
    items = [
        {"key": "startup-script", "value": "#!/bin/sh\n"},
        {"key": "enable-guest-attributes", "value": "TRUE"},
    ]
    body = api.instance_body(metadata={"items": items})
    image = "projects/debian-cloud/global/images/family/debian-13"
    body["disks"][0]["initializeParams"]["sourceImage"] = image
    api.do("POST", PATH, body)
    instance = api.instance()
    machine = api.machine(instance)
    assert machine.image == "debian-13/guest-agent"
    assert machine.metadata == {
        "startup-script": "#!/bin/sh\n",
        "enable-guest-attributes": "TRUE",
        "hostname": f"one.{ZONE}.c.longshore-sandbox.internal",
    }
    fingerprint = instance["metadata"]["fingerprint"]
    change = {"fingerprint": fingerprint, "items": [items[1], {"key": "k", "value": "v"}]}
    api.do("POST", f"{PATH}/one/setMetadata", change)
    assert machine.metadata["k"] == "v"
    assert "startup-script" not in machine.metadata
    again = api.refused("POST", f"{PATH}/one/setMetadata", change)
    assert again == (412, "conditionNotMet")

    asked = f"{PATH}/one/getGuestAttributes?queryPath=hostkeys%2F"
    assert api.refused("GET", asked) == (404, "notFound")
    assert api.message == "The resource 'hostkeys/' of type 'Guest Attribute' was not found"
    machine.attributes["hostkeys/ssh-ed25519"] = "AAAA"
    machine.attributes["other/x"] = "y"
    found = api.ask("GET", asked)["queryValue"]["items"]
    assert found == [{"namespace": "hostkeys", "key": "ssh-ed25519", "value": "AAAA"}]
    one = api.ask("GET", f"{PATH}/one/getGuestAttributes?variableKey=hostkeys%2Fssh-ed25519")
    assert one["variableValue"] == "AAAA"


def test_guest_attributes_have_to_be_switched_on(api: Api) -> None:
    api.insert()
    asked = f"{PATH}/one/getGuestAttributes?queryPath=hostkeys%2F"
    assert api.refused("GET", asked) == (412, "conditionNotMet")


def test_the_console_is_the_machines(api: Api) -> None:
    instance = api.insert()
    text = f"console of gce-{instance['id']}\n"
    shown = api.ask("GET", f"{PATH}/one/serialPort")
    assert (shown["contents"], shown["next"]) == (text, str(len(text)))
    rest = api.ask("GET", f"{PATH}/one/serialPort?start=8&port=1")
    assert rest["contents"] == text[8:]


def test_stop_start_and_a_shutdown_from_inside(api: Api) -> None:
    instance = api.insert()
    name = f"gce-{instance['id']}"
    register = api.machine(instance).register
    api.do("POST", f"{PATH}/one/stop")
    shown = api.instance()
    assert shown["status"] == "TERMINATED"
    assert "natIP" not in shown["networkInterfaces"][0]["accessConfigs"][0]
    assert not register.expects_running(name)
    api.do("POST", f"{PATH}/one/start")
    assert register.expects_running(name)
    register.halted(name)
    assert api.instance()["status"] == "TERMINATED"
    assert api.refused("POST", f"{PATH}/one/reset") == (400, "resourceNotReady")
    api.do("POST", f"{PATH}/one/start")
    api.do("POST", f"{PATH}/one/reset")
    api.do("POST", f"{PATH}/one/suspend")
    assert api.instance()["status"] == "SUSPENDED"
    api.do("POST", f"{PATH}/one/resume")
    assert api.instance()["status"] == "RUNNING"


def test_spot_has_its_own_scheduling(api: Api) -> None:
    instance = api.insert(
        scheduling={"provisioningModel": "SPOT", "instanceTerminationAction": "DELETE"}
    )
    assert instance["scheduling"] == {
        "onHostMaintenance": "TERMINATE",
        "automaticRestart": False,
        "provisioningModel": "SPOT",
        "instanceTerminationAction": "DELETE",
        "preemptible": True,
    }


def test_protection_keeps_an_instance(api: Api) -> None:
    api.insert(deletionProtection=True)
    assert api.refused("DELETE", f"{PATH}/one") == (400, "invalidResourceUsage")
    api.do("POST", f"{PATH}/one/setDeletionProtection?deletionProtection=false")
    api.do("DELETE", f"{PATH}/one")


def test_a_disk_that_is_kept_can_boot_another(api: Api) -> None:
    api.insert()
    path = f"zones/{ZONE}/disks/one"
    assert api.refused("DELETE", path) == (400, "resourceInUseByAnotherResource")
    change = f"{PATH}/one/setDiskAutoDelete?autoDelete=false&deviceName=persistent-disk-0"
    api.do("POST", change)
    api.do("DELETE", f"{PATH}/one")
    disk = api.ask("GET", path)
    assert "users" not in disk
    api.insert("two", disks=[{"boot": True, "source": disk["selfLink"]}])
    api.do("DELETE", f"{PATH}/two")
    api.do("DELETE", path)
    assert "items" not in api.ask("GET", f"zones/{ZONE}/disks")


def test_access_configs_come_and_go(api: Api) -> None:
    api.insert()
    nic = f"{PATH}/one/{{}}?networkInterface=nic0"
    api.do("POST", nic.format("deleteAccessConfig") + "&accessConfig=nat")
    assert "accessConfigs" not in api.instance()["networkInterfaces"][0]
    api.do("POST", nic.format("addAccessConfig"), {"type": "ONE_TO_ONE_NAT"})
    config = api.instance()["networkInterfaces"][0]["accessConfigs"][0]
    assert config["name"] == "external-nat"
    assert config["natIP"]


def test_lists_can_lag_behind(api: Api) -> None:
    api.cloud.settings.take({"lag": 2})
    api.insert()
    assert "items" not in api.ask("GET", PATH)
    assert "instances" not in api.ask("GET", "aggregated/instances")["items"][f"zones/{ZONE}"]
    assert len(api.ask("GET", PATH)["items"]) == 1


def test_settings_that_nobody_knows_are_refused(api: Api) -> None:
    with pytest.raises(ValueError, match="expected an object with denied, down, lag, limits"):
        api.cloud.settings.take({"colour": "red"})


def test_a_removal_that_fails_can_be_tried_again(api: Api) -> None:
    api.insert()
    api.hosts.problem = "busy"
    ended = api.do("DELETE", f"{PATH}/one")
    assert ended["error"]["errors"][0]["code"] == "INTERNAL_ERROR"
    assert api.instance()["status"] == "RUNNING"
    api.hosts.problem = ""
    api.do("DELETE", f"{PATH}/one")
    assert api.refused("GET", f"{PATH}/one") == (404, "notFound")


def test_permissions_can_be_asked_about_and_taken_away(api: Api) -> None:
    asked = {"permissions": ["compute.instances.create", "compute.disks.create"]}
    path = f"{PATH}/anything/testIamPermissions"
    assert api.ask("POST", path, asked) == asked
    api.cloud.settings.take({"denied": ["compute.instances.create"]})
    assert api.ask("POST", path, asked) == {"permissions": ["compute.disks.create"]}


def without(body: dict[str, Any], *path: str | int) -> dict[str, Any]:
    document: Any = body
    for step in path[:-1]:
        document = document[step]
    del document[path[-1]]
    return body


@pytest.mark.parametrize(
    ("change", "reason", "message"),
    [
        ({"name": "Bad_Name"}, "invalid", "Must be a match of regex"),
        ({"natIp": "x"}, "badRequest", "Unknown name \"natIp\" at 'resource'"),
        ({"canIpForward": "yes"}, "badRequest", "(TYPE_BOOL)"),
        ({"status": "RUNNING"}, "invalid", "The field is output only."),
        ({"machineType": "e2-small"}, "invalid", "The URL is malformed."),
        ({"machineType": f"zones/{ZONE}/machineTypes/x9"}, "invalid", "does not exist in zone"),
        (
            {"machineType": "zones/us-west1-a/machineTypes/e2-small"},
            "invalid",
            f"not in zone {ZONE}",
        ),
        ({"machineType": f"zones/{ZONE}/machineTypes/t2a-standard-1"}, "invalid", "ARM64"),
        ({"disks": []}, "invalid", "No disks are specified."),
        ({"networkInterfaces": []}, "invalid", "At least one network interface is required."),
        ({"labels": {"App": "x"}}, "invalid", "Label key 'App' violates format constraints."),
        ({"labels": {"app": "X"}}, "invalid", "Label value 'X' violates format constraints."),
        ({"labels": {f"k{n}": "" for n in range(65)}}, "invalid", "exceeds the limit of 64"),
        ({"tags": {"items": ["a", "a"]}}, "invalid", "A tag is there twice."),
        ({"tags": {"items": ["A"]}}, "invalid", "Must be a match of regex"),
        (
            {"metadata": {"items": [{"key": "k", "value": "v" * 262145}]}},
            "invalid",
            "at most 262144 bytes",
        ),
        (
            {"metadata": {"items": [{"key": "a"}, {"key": "a"}]}},
            "invalid",
            "Metadata has duplicate key: a",
        ),
        ({"metadata": {"items": [{"key": "a b"}]}}, "invalid", "Must be a match of regex"),
        ({"scheduling": {"provisioningModel": "Spot"}}, "invalid", "Must be one of"),
        (
            {"scheduling": {"instanceTerminationAction": "STOP"}},
            "invalid",
            "standard provisioning model",
        ),
        (
            {"scheduling": {"provisioningModel": "SPOT", "automaticRestart": True}},
            "invalid",
            "preemptible be false",
        ),
    ],
)
def test_requests_that_the_cloud_refuses(change: Any, reason: str, message: str) -> None:
    api = Api()
    assert api.refused("POST", PATH, api.instance_body() | change) == (400, reason)
    assert message in api.message
    assert api.hosts.machines == {}
    assert "items" not in api.ask("GET", f"zones/{ZONE}/disks")


def test_missing_parts_are_named() -> None:
    api = Api()
    assert api.refused("POST", PATH) == (400, "required")
    assert api.refused("POST", PATH, without(api.instance_body(), "name")) == (400, "required")
    body = api.instance_body()
    body["disks"][0]["initializeParams"]["sourceImage"] = "projects/p/global/images/none"
    assert api.refused("POST", PATH, body) == (404, "notFound")
    body = api.instance_body()
    body["disks"][0]["initializeParams"]["diskSizeGb"] = "5"
    assert api.refused("POST", PATH, body) == (400, "invalid")
    assert "cannot be smaller than the image size (10 GB)" in api.message
    body = api.instance_body(machineType=f"zones/{ZONE}/machineTypes/c4a-standard-1")
    arm = "projects/debian-cloud/global/images/family/debian-12-arm64"
    body["disks"][0]["initializeParams"] |= {
        "sourceImage": arm,
        "diskType": f"zones/{ZONE}/diskTypes/pd-ssd",
    }
    assert api.refused("POST", PATH, body) == (400, "invalid")
    assert "[pd-ssd] features are not compatible" in api.message


def test_arm_machines_need_a_computer_that_runs_them() -> None:
    api = Api(PaperHosts(arches=("x86_64",)))
    body = api.instance_body(machineType=f"zones/{ZONE}/machineTypes/t2a-standard-1")
    arm = "projects/debian-cloud/global/images/family/debian-12-arm64"
    body["disks"][0]["initializeParams"]["sourceImage"] = arm
    assert api.refused("POST", PATH, body) == (400, "invalid")
    assert "The sandbox cannot run ARM64 machines." in api.message
