"""Removal: ours only, in order, idempotent, and back when it is gone."""

from __future__ import annotations

import pytest

from providers.azure.destroy import Removal
from providers.contract.errors import DeadlineError, ForeignResourceError, InvalidRequestError
from providers.contract.types import Resource, ResourceKind
from providers.contract.waiting import Deadline
from tests.unit.azure.canned import (
    GROUP,
    TOKEN,
    Answer,
    Canned,
    accepted,
    arm_error,
    ended_in,
    going,
    id_of,
    succeeded,
    vm,
)
from tests.unit.azure.requests import OWNER
from tests.unit.azure.test_listing import GROUP_ID, address, interface, lists, page, part
from tests.unit.azure.test_network import group

GET, DELETE = "GET virtualMachines/", "DELETE virtualMachines/"
EMPTY = {"GET networkInterfaces": [page()], "GET publicIPAddresses": [page()]}


def resource(kind: ResourceKind, id: str) -> Resource:
    return Resource(kind, id, "x", "azure", "westeurope", "us", {})


def destroy(canned: Canned, kind: ResourceKind, id: str, seconds: float = 30.0) -> None:
    Removal(canned.calls, resource(kind, id), OWNER, Deadline.after(seconds)).run()


MACHINE = id_of("virtualMachines", TOKEN)


def test_a_machine_goes_with_its_parts_by_one_delete() -> None:
    with Canned(
        {
            GET: [Answer(200, vm())],
            DELETE: [accepted(status=202)],
            "GET operations/": [going(), succeeded()],
            **EMPTY,
        }
    ) as canned:
        destroy(canned, "machine", MACHINE)
    assert canned.keys[:2] == [GET, DELETE]
    assert sorted(canned.keys[4:]) == [
        "GET disks/",
        "GET networkInterfaces",
        "GET publicIPAddresses",
    ]
    assert canned.sent[1].query["forceDeletion"] == "true"


def test_parts_that_azure_left_are_deleted_interface_first() -> None:
    disk = Answer(200, part("disks", f"{TOKEN}-os"))
    with Canned(
        {
            GET: [Answer(200, vm())],
            DELETE: [Answer(204)],
            "GET networkInterfaces": [page(interface())],
            "GET publicIPAddresses": [page(address())],
            "GET disks/": [disk],
            "DELETE networkInterfaces/": [Answer(204)],
            "DELETE publicIPAddresses/": [Answer(204)],
            "DELETE disks/": [Answer(204)],
        }
    ) as canned:
        destroy(canned, "machine", MACHINE)
    assert [key for key in canned.keys if key.startswith("DELETE")] == [
        DELETE,
        "DELETE networkInterfaces/",
        "DELETE disks/",
        "DELETE publicIPAddresses/",
    ]


def test_parts_of_others_stay() -> None:
    other = {"longshore-token": "us-2-0123456789abcdef0123", **OWNER.tags}
    with Canned(
        {
            GET: [Answer(200, vm())],
            DELETE: [Answer(204)],
            "GET networkInterfaces": [
                page(part("networkInterfaces", "a", {}), part("networkInterfaces", "b", other))
            ],
            "GET publicIPAddresses": [page()],
        }
    ) as canned:
        destroy(canned, "machine", MACHINE)
    assert "DELETE networkInterfaces/" not in canned.keys


@pytest.mark.parametrize(
    ("kind", "azures"),
    [
        ("machine", "virtualMachines"),
        ("disk", "disks"),
        ("interface", "networkInterfaces"),
        ("address", "publicIPAddresses"),
        ("firewall", "networkSecurityGroups"),
        ("network", "virtualNetworks"),
    ],
)
def test_what_is_gone_is_fine_and_what_is_not_ours_is_refused(
    kind: ResourceKind, azures: str
) -> None:
    with Canned({}) as canned:
        destroy(canned, kind, id_of(azures, "x"))
        assert canned.keys == [f"GET {azures}/"]
    with (
        Canned({f"GET {azures}/": [Answer(200, part(azures, "x", {"team": "b"}))]}) as canned,
        pytest.raises(ForeignResourceError),
    ):
        destroy(canned, kind, id_of(azures, "x"))
    assert canned.keys == [f"GET {azures}/"]


def test_gone_between_look_and_delete_is_fine() -> None:
    gone = arm_error("ResourceNotFound", "gone", 404)
    with Canned({GET: [Answer(200, vm())], DELETE: [gone], **EMPTY}) as canned:
        destroy(canned, "machine", MACHINE)


def test_a_firewall_in_use_is_waited_for() -> None:
    busy = arm_error("InUseNetworkSecurityGroupCannotBeDeleted", "in use", 400)
    with Canned(
        {
            "GET networkSecurityGroups/": [Answer(200, part("networkSecurityGroups", "fw"))],
            "DELETE networkSecurityGroups/": [
                busy,
                busy,
                Answer(202, None, {"Location": "$/x/y/l/1"}),
            ],
            "GET l/": [Answer(202), Answer(200)],
        }
    ) as canned:
        destroy(canned, "firewall", id_of("networkSecurityGroups", "fw"))
    assert canned.keys.count("DELETE networkSecurityGroups/") == 3
    assert len(canned.retries) == 2


def test_a_removal_that_ends_in_an_error_that_passes_is_begun_again() -> None:
    with Canned(
        {
            "GET networkSecurityGroups/": [Answer(200, part("networkSecurityGroups", "fw"))],
            "DELETE networkSecurityGroups/": [accepted(status=202)],
            "GET operations/": [ended_in("AnotherOperationInProgress"), succeeded()],
        }
    ) as canned:
        destroy(canned, "firewall", id_of("networkSecurityGroups", "fw"))
    assert canned.keys.count("DELETE networkSecurityGroups/") == 2
    assert [retry.operation for retry in canned.retries] == ["networkSecurityGroups.delete"]


def test_in_a_group_that_is_going_it_is_waited_for() -> None:
    going = arm_error("ResourceGroupBeingDeleted", "wait", 409)
    gone = arm_error("ResourceGroupNotFound", "gone", 404)
    with Canned({GET: [Answer(200, vm())], DELETE: [going, going, gone], **EMPTY}) as canned:
        destroy(canned, "machine", MACHINE)
    assert canned.keys.count(DELETE) == 3


def test_one_in_use_at_the_deadline_is_said_so() -> None:
    busy = arm_error("NicInUse", "in use by a machine", 400)
    with (
        Canned(
            {
                "GET networkInterfaces/": [Answer(200, part("networkInterfaces", "n"))],
                "DELETE networkInterfaces/": [busy],
            }
        ) as canned,
        pytest.raises(DeadlineError, match="in use by a machine"),
    ):
        destroy(canned, "interface", id_of("networkInterfaces", "n"), seconds=0.2)


def test_a_locked_one_is_said_at_once() -> None:
    locked = arm_error("ScopeLocked", "The scope is locked.", 409)
    with (
        Canned({GET: [Answer(200, vm())], DELETE: [locked]}) as canned,
        pytest.raises(InvalidRequestError) as caught,
    ):
        destroy(canned, "machine", MACHINE)
    assert "az lock list" in caught.value.advice


class TestGroup:
    """The owner's own group."""

    def test_all_of_it_goes_by_one_delete(self) -> None:
        child = {
            "id": f"{MACHINE}/extensions/agent",
            "name": "agent",
            "type": "Microsoft.Compute/virtualMachines/extensions",
        }
        untagged = {**part("disks", "os", {}), "managedBy": MACHINE.upper()}
        with Canned(
            {
                "GET resourcegroups/": [group()],
                "GET resources": [page({**vm(), "tags": vm()["tags"]}, untagged, child)],
                "DELETE resourcegroups/": [Answer(202, None, {"Location": "$/x/y/results/1"})],
                "GET results/": [Answer(202), Answer(200)],
            }
        ) as canned:
            destroy(canned, "group", GROUP_ID)
        assert canned.keys == [
            "GET resourcegroups/",
            "GET resources",
            "DELETE resourcegroups/",
            "GET results/",
            "GET results/",
        ]
        assert canned.sent[2].query["forceDeletionTypes"] == "Microsoft.Compute/virtualMachines"

    def test_with_something_foreign_in_it_only_ours_goes(self) -> None:
        theirs = {
            "id": f"{GROUP_ID}/providers/Microsoft.Storage/storageAccounts/logs",
            "name": "logs",
            "type": "Microsoft.Storage/storageAccounts",
        }
        answers = {
            **lists(),
            "GET resources": [page(vm(), theirs)],
            GET: [Answer(200, vm())],
            DELETE: [Answer(204)],
            "GET networkSecurityGroups/": [Answer(200, part("networkSecurityGroups", "fw"))],
            "DELETE networkSecurityGroups/": [Answer(204)],
            "GET virtualNetworks/": [Answer(200, part("virtualNetworks", "net"))],
            "DELETE virtualNetworks/": [Answer(204)],
            "DELETE networkInterfaces/": [Answer(204)],
            "DELETE publicIPAddresses/": [Answer(204)],
        }
        with Canned(answers) as canned, pytest.raises(ForeignResourceError, match="logs"):
            destroy(canned, "group", GROUP_ID)
        assert "DELETE resourcegroups/" not in canned.keys
        deleted = [key for key in canned.keys if key.startswith("DELETE")]
        assert deleted.index(DELETE) < deleted.index("DELETE networkSecurityGroups/")
        assert deleted[-1] == "DELETE virtualNetworks/"

    def test_a_part_that_lost_its_tags_goes_with_its_machine_and_the_group_after_it(self) -> None:
        lost = {**interface({}), "type": "Microsoft.Network/networkInterfaces"}
        answers = {
            **lists(networkInterfaces=page(interface({}))),
            "GET resources": [page(vm(), lost), page()],
            GET: [Answer(200, vm())],
            DELETE: [Answer(204)],
            "DELETE networkSecurityGroups/": [Answer(204)],
            "DELETE virtualNetworks/": [Answer(204)],
            "DELETE resourcegroups/": [Answer(200)],
        }
        with Canned(answers) as canned:
            destroy(canned, "group", GROUP_ID)
        assert canned.keys[-2:] == ["GET resources", "DELETE resourcegroups/"]

    def test_one_that_is_not_ours_is_refused(self) -> None:
        body = {**group().body, "tags": {}}  # type: ignore[dict-item]
        with (
            Canned({"GET resourcegroups/": [Answer(200, body)]}) as canned,
            pytest.raises(ForeignResourceError),
        ):
            destroy(canned, "group", GROUP_ID)

    def test_the_one_that_the_settings_name_is_never_deleted(self) -> None:
        with Canned({}, group=GROUP) as canned, pytest.raises(ForeignResourceError):
            destroy(canned, "group", GROUP_ID)
        assert canned.keys == []

    def test_one_that_cannot_be_deleted_just_now_is_tried_until_the_deadline(self) -> None:
        busy = arm_error("Conflict", "busy", 409)
        answers = {"GET resourcegroups/": [group()], "GET resources": [page()]}
        done = Answer(200)
        with Canned({**answers, "DELETE resourcegroups/": [busy] * 12 + [done]}) as canned:
            destroy(canned, "group", GROUP_ID)
        assert canned.keys.count("DELETE resourcegroups/") == 13
        with (
            Canned({**answers, "DELETE resourcegroups/": [busy]}) as canned,
            pytest.raises(DeadlineError, match="busy"),
        ):
            destroy(canned, "group", GROUP_ID, seconds=0.2)

    def test_one_on_its_way_out_is_waited_for(self) -> None:
        gone = arm_error("ResourceGroupNotFound", "gone", 404)
        with Canned(
            {"GET resourcegroups/": [group("Deleting"), group("Deleting"), gone]}
        ) as canned:
            destroy(canned, "group", GROUP_ID)
        assert canned.keys == ["GET resourcegroups/"] * 3


def test_a_kind_that_azure_has_not_is_refused() -> None:
    with Canned({}) as canned, pytest.raises(InvalidRequestError):
        destroy(canned, "key", id_of("keys", "x"))
