"""Every client of Google's own works on the emulator, and nothing they exchange is wrong."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.cloud import compute_v1
from google.oauth2 import service_account

from tests.gce_service import GceService
from tests.gcloud import Gcloud, needs_gcloud

ZONE = "us-central1-a"
HERE = ("--zone", ZONE)
DEADLINE = 30
DEBIAN = ("--image-family", "debian-12", "--image-project", "debian-cloud")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[GceService]:
    """Machines on paper; at the end, the judge looks at all that was exchanged."""
    service = GceService(tmp_path).start()
    try:
        yield service
        assert service.violations() == []
        assert service.log(), "nothing was exchanged"
    finally:
        service.stop()


@pytest.fixture
def gcloud(service: GceService) -> Gcloud:
    return Gcloud(service.environment)


@needs_gcloud
def test_gcloud_makes_shows_and_deletes_instances(gcloud: Gcloud, service: GceService) -> None:
    made = gcloud(
        "instances",
        "create",
        "one",
        "two",
        *HERE,
        "--machine-type=e2-micro",
        *DEBIAN,
        "--provisioning-model=SPOT",
        "--labels=app=shop",
        "--tags=web",
        "--metadata=startup-script=true",
    )
    assert sorted(one["status"] for one in made) == ["RUNNING", "RUNNING"]
    shown = gcloud("instances", "describe", "one", *HERE)
    assert shown["labels"] == {"app": "shop"}
    assert shown["scheduling"]["provisioningModel"] == "SPOT"
    assert gcloud.names("instances", "list", "--filter=labels.app=shop") == ["one", "two"]
    assert gcloud.names("disks", "list") == ["one", "two"]
    gcloud("instances", "add-labels", "one", *HERE, "--labels=more=1")
    gcloud("instances", "add-tags", "one", *HERE, "--tags=more")
    gcloud("instances", "add-metadata", "one", *HERE, "--metadata=more=1")
    gcloud("instances", "stop", "one", *HERE)
    assert gcloud("instances", "describe", "one", *HERE)["status"] == "TERMINATED"
    gcloud("instances", "start", "one", *HERE)
    output = gcloud.run("instances", "get-serial-port-output", "one", *HERE)
    assert output.stdout.startswith("console of gce-")
    gcloud("instances", "delete", "one", "two", *HERE)
    assert gcloud("instances", "list") == []
    assert gcloud("disks", "list") == []
    assert service.hosts.machines == {}


@needs_gcloud
def test_gcloud_makes_shows_and_deletes_the_other_kinds(gcloud: Gcloud) -> None:
    gcloud("disks", "create", "data", *HERE, "--size=200GB", "--labels=app=shop")
    assert gcloud("disks", "describe", "data", *HERE)["sizeGb"] == "200"
    gcloud("disks", "delete", "data", *HERE)

    gcloud("networks", "create", "own", "--subnet-mode=custom")
    subnet = ("networks", "subnets")
    at = "--region=us-central1"
    gcloud(*subnet, "create", "part", at, "--network=own", "--range=10.9.0.0/24")
    assert gcloud.names("networks", "list") == ["default", "own"]
    assert gcloud("networks", "describe", "own")["autoCreateSubnetworks"] is False
    refused = gcloud.run("networks", "delete", "own")
    assert "is already being used by" in refused.stderr
    gcloud(*subnet, "delete", "part", at)

    rules = "firewall-rules"
    gcloud(rules, "create", "web", "--network=own", "--allow=tcp:80", "--target-tags=web")
    gcloud(rules, "update", "web", "--allow=tcp:81")
    assert gcloud(rules, "describe", "web")["allowed"] == [{"IPProtocol": "tcp", "ports": ["81"]}]
    assert "default-allow-ssh" in gcloud.names(rules, "list")
    gcloud(rules, "delete", "web")
    gcloud("networks", "delete", "own")

    gcloud("addresses", "create", "kept", at)
    assert gcloud.names("addresses", "list") == ["kept"]
    gcloud("addresses", "delete", "kept", at)


@needs_gcloud
def test_gcloud_reads_the_catalogue(gcloud: Gcloud) -> None:
    assert ZONE in gcloud.names("zones", "list")
    assert gcloud("zones", "describe", ZONE)["status"] == "UP"
    assert "us-central1" in gcloud.names("regions", "list")
    types = gcloud.names("machine-types", "list", "--zones", ZONE)
    assert {"e2-micro", "c4a-standard-1"} <= set(types)
    assert gcloud("machine-types", "describe", "e2-micro", *HERE)["isSharedCpu"] is True
    family = gcloud("images", "describe-from-family", "debian-12", "--project=debian-cloud")
    assert family["name"] in gcloud.names("images", "list")
    gcloud("images", "create", "mine", f"--source-image={family['selfLink']}")
    assert gcloud("images", "describe", "mine")["architecture"] == "X86_64"
    gcloud("images", "delete", "mine")


@needs_gcloud
def test_gcloud_shows_the_clouds_errors(gcloud: Gcloud, service: GceService) -> None:
    missing = gcloud.run("instances", "describe", "none", *HERE)
    assert f"zones/{ZONE}/instances/none' was not found" in missing.stderr
    make = ("instances", "create", "one", *HERE, "--machine-type=e2-micro", *DEBIAN)
    service.strike(action="instances.insert", when="operation", code="ZONE_RESOURCE_POOL_EXHAUSTED")
    full = gcloud.run(*make)
    assert full.returncode != 0
    assert "ZONE_RESOURCE_POOL_EXHAUSTED" in full.stderr
    assert gcloud("instances", "list") == []
    gcloud(*make)
    assert "already exists" in gcloud.run(*make).stderr


@needs_gcloud
def test_our_filter_and_gclouds_own_agree(gcloud: Gcloud, service: GceService) -> None:
    """gcloud evaluates `--filter` by itself, so it can tell whether the server does it right."""
    client = sdk(service, compute_v1.InstancesClient)
    for name, labels in (("a", {"app": "shop"}), ("b", {"app": "shop", "x": "1"}), ("c", {})):
        finish(service, client.insert_unary(**place(service), instance_resource=wish(name, labels)))
    for text in (
        "labels.app=shop",
        "labels.app:*",
        "labels.app=shop AND labels.x=1",
        "labels.app=shop AND NOT labels.x:*",
        "name=c OR labels.x=1",
        "status=TERMINATED",
    ):
        asked = compute_v1.ListInstancesRequest(**place(service), filter=text)
        served = sorted(instance.name for instance in client.list(request=asked))
        assert served == gcloud.names("instances", "list", f"--filter={text}"), text


def test_the_official_sdk_waits_and_reads(service: GceService) -> None:
    client = sdk(service, compute_v1.InstancesClient)
    operation = client.insert_unary(
        request=compute_v1.InsertInstanceRequest(
            **place(service),
            instance_resource=wish("one", {"app": "shop"}),
            request_id="3f3f7b4f-2d35-4f27-9c8e-5d0d2a4c9b61",
        )
    )
    assert operation.status == compute_v1.Operation.Status.PENDING
    assert not finish(service, operation).error.errors
    instance = client.get(**place(service), instance="one")
    assert instance.status == "RUNNING"
    assert instance.network_interfaces[0].access_configs[0].nat_i_p
    everywhere = client.aggregated_list(project=service.project)
    assert [scope for scope, found in everywhere if found.instances] == [f"zones/{ZONE}"]
    console = client.get_serial_port_output(**place(service), instance="one")
    assert console.contents.startswith("console of")
    labels = compute_v1.InstancesSetLabelsRequest(
        labels={"app": "other"}, label_fingerprint=instance.label_fingerprint
    )
    finish(
        service,
        client.set_labels_unary(
            **place(service), instance="one", instances_set_labels_request_resource=labels
        ),
    )
    firewalls = sdk(service, compute_v1.FirewallsClient)
    rule = compute_v1.Firewall(
        name="web", allowed=[compute_v1.Allowed(I_p_protocol="tcp", ports=["80"])]
    )
    begun = firewalls.insert_unary(project=service.project, firewall_resource=rule)
    waiting = sdk(service, compute_v1.GlobalOperationsClient)
    while begun.status != compute_v1.Operation.Status.DONE:
        begun = waiting.wait(project=service.project, operation=begun.name)
    assert firewalls.get(project=service.project, firewall="web").priority == 1000
    finish(service, client.delete_unary(**place(service), instance="one"))
    assert list(client.list(**place(service))) == []


def test_wait_blocks_until_the_work_is_done(service: GceService) -> None:
    service.hosts.held = True
    client = sdk(service, compute_v1.InstancesClient)
    operations = sdk(service, compute_v1.ZoneOperationsClient)
    begun = client.insert_unary(**place(service), instance_resource=wish("one", {}))
    answers: list[compute_v1.Operation] = []
    waiter = threading.Thread(
        target=lambda: answers.append(operations.wait(**place(service), operation=begun.name))
    )
    waiter.start()
    # The API goes on serving others meanwhile.
    end = time.monotonic() + DEADLINE
    while client.get(**place(service), instance="one").status != "STAGING":
        assert time.monotonic() < end
    assert answers == []
    service.hosts.go_on()
    waiter.join(DEADLINE)
    assert answers[0].status == compute_v1.Operation.Status.DONE


def test_a_second_client_works_too(service: GceService) -> None:
    """google-api-python-client, which is made of the discovery document."""
    from google.auth.credentials import AnonymousCredentials
    from googleapiclient.discovery import build

    api = build(
        "compute",
        "v1",
        static_discovery=True,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": f"{service.endpoint}/compute/v1/"},
    )
    zones = api.zones().list(project=service.project, maxResults=3).execute()
    assert len(zones["items"]) == 3
    pages = api.zones().list_next(api.zones().list(project=service.project, maxResults=3), zones)
    assert len(pages.execute()["items"]) == 3
    body = {"name": "data", "sizeGb": "10", "labels": {"app": "shop"}}
    begun = api.disks().insert(project=service.project, zone=ZONE, body=body).execute()
    done = (
        api.zoneOperations()
        .wait(project=service.project, zone=ZONE, operation=begun["name"])
        .execute()
    )
    assert done["status"] == "DONE"
    found = api.disks().list(
        project=service.project, zone=ZONE, filter="labels.app eq shop", fields="items(name)"
    )
    assert found.execute() == {"items": [{"name": "data"}]}


def test_a_lost_answer_has_its_effect(service: GceService) -> None:
    client = sdk(service, compute_v1.InstancesClient)
    service.strike(action="instances.insert", when="after")
    asked = compute_v1.InsertInstanceRequest(
        **place(service),
        instance_resource=wish("one", {}),
        request_id="3f3f7b4f-2d35-4f27-9c8e-5d0d2a4c9b62",
    )
    with pytest.raises(requests.exceptions.ConnectionError):
        client.insert_unary(request=asked)
    assert not finish(service, client.insert_unary(request=asked)).error.errors
    assert len(service.hosts.machines) == 1


def test_records_keep_no_secret(service: GceService) -> None:
    client = sdk(service, compute_v1.InstancesClient)
    secret = base64.b64encode(b"hush" * 20).decode()
    instance = wish("one", {})
    instance.metadata = compute_v1.Metadata(items=[compute_v1.Items(key="user-data", value=secret)])
    finish(service, client.insert_unary(**place(service), instance_resource=instance))
    assert client.get(**place(service), instance="one").metadata.items[0].value == secret
    for name in ("exchanges.jsonl", "traffic.jsonl"):
        text = (service.folder / name).read_text()
        assert secret not in text
        assert f"<{len(secret)} characters>" in text


def sdk(service: GceService, client: Any) -> Any:
    """A client of the official SDK with the service account of the emulator's environment:
    its tokens are signed by itself, and nobody else is asked for one."""
    file = service.environment["GOOGLE_APPLICATION_CREDENTIALS"]
    credentials = service_account.Credentials.from_service_account_file(file)
    return client(credentials=credentials, client_options={"api_endpoint": service.endpoint})


def place(service: GceService) -> dict[str, str]:
    return {"project": service.project, "zone": ZONE}


def wish(name: str, labels: dict[str, str]) -> compute_v1.Instance:
    image = "projects/debian-cloud/global/images/family/debian-12"
    return compute_v1.Instance(
        name=name,
        machine_type=f"zones/{ZONE}/machineTypes/e2-small",
        labels=labels,
        disks=[
            compute_v1.AttachedDisk(
                boot=True,
                auto_delete=True,
                initialize_params=compute_v1.AttachedDiskInitializeParams(source_image=image),
            )
        ],
        network_interfaces=[
            compute_v1.NetworkInterface(
                network="global/networks/default",
                access_configs=[compute_v1.AccessConfig(type_="ONE_TO_ONE_NAT")],
            )
        ],
    )


def finish(service: GceService, operation: compute_v1.Operation) -> compute_v1.Operation:
    operations = sdk(service, compute_v1.ZoneOperationsClient)
    while operation.status != compute_v1.Operation.Status.DONE:
        operation = operations.wait(**place(service), operation=operation.name)
    return operation
