"""Making a machine: what is sent, what is waited for, and what is left when it fails."""

from __future__ import annotations

import pytest

from providers.azure.machines import ensure_machine, find_machine
from providers.azure.sizes import Size, Sizes
from providers.contract.errors import (
    CapacityError,
    CloudError,
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
    QuotaError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.types import CloudMachine
from tests.unit.azure.canned import (
    TOKEN,
    Answer,
    Canned,
    accepted,
    arm_error,
    ended_in,
    going,
    id_of,
    missing,
    nic,
    succeeded,
    vm,
)
from tests.unit.azure.requests import OWNER, machine_request

GET, PUT, DELETE = "GET virtualMachines/", "PUT virtualMachines/", "DELETE virtualMachines/"
NIC, OPERATION = "GET networkInterfaces/", "GET operations/"
READY = {GET: [missing(), Answer(200, vm())], PUT: [accepted(vm("Creating"))]}
NICS = {NIC: [Answer(200, nic())]}
EMPTY = {"GET networkInterfaces": [Answer(200, {"value": []})], "GET publicIPAddresses": [
    Answer(200, {"value": []})
]}  # fmt: skip


class KnownSizes(Sizes):
    """Sizes without a list: all can do everything."""

    def __init__(self) -> None:
        pass

    def find(self, name: str) -> Size | None:
        return None


def ensure(canned: Canned, **changes: object) -> CloudMachine:
    deadline = changes.pop("deadline", 60.0)
    request = machine_request(**changes)
    canned.calls.trusted_images[request.image.id] = True
    return ensure_machine(canned.calls, KnownSizes(), request, deadline=float(str(deadline)))


def test_a_machine_is_one_put_and_its_address_one_read() -> None:
    with Canned({**READY, **NICS}) as canned:
        machine = ensure(canned)
    assert canned.keys == [GET, PUT, GET, NIC]
    assert (machine.state, machine.address, machine.private_address) == (
        "running",
        "20.1.2.3",
        "10.90.0.4",
    )
    assert (machine.token, machine.zone, machine.type) == (TOKEN, "1", "Standard_B2s")
    assert machine.created == "2026-01-02T03:04:05Z"
    put = canned.sent[1]
    assert put.headers["if-none-match"] == "*"
    assert put.path == id_of("virtualMachines", TOKEN)
    assert canned.sent[0].query["$expand"] == "instanceView"
    assert canned.sent[3].query["$expand"] == "ipConfigurations/publicIPAddress"


def test_it_is_there_as_soon_as_it_has_power_and_an_address() -> None:
    early = vm("Creating", "running", failure="OSProvisioningInprogress")
    with Canned(
        {
            GET: [
                missing(),
                Answer(200, vm("Creating", "", nic=False)),
                Answer(200, vm("Creating", "")),
                Answer(200, early),
            ],
            PUT: [accepted(vm("Creating"))],
            **NICS,
        }
    ) as canned:
        machine = ensure(canned)
    assert machine.state == "running"
    assert canned.keys == [GET, PUT, GET, GET, NIC, GET]


def test_one_that_stands_is_adopted_and_nothing_is_sent() -> None:
    with Canned({GET: [Answer(200, vm())], **NICS}) as canned:
        assert ensure(canned).token == TOKEN
    assert canned.keys == [GET, NIC]


def test_one_that_another_made_meanwhile_is_adopted() -> None:
    refused = arm_error("PreconditionFailed", "the resource exists", 412)
    with Canned({GET: [missing(), Answer(200, vm())], PUT: [refused], **NICS}) as canned:
        assert ensure(canned).token == TOKEN
    assert canned.keys == [GET, PUT, GET, NIC]


def test_after_a_lost_answer_the_same_put_finds_what_it_made() -> None:
    refused = arm_error("PreconditionFailed", "the resource exists", 412)
    with Canned(
        {
            GET: [missing(), Answer(200, vm())],
            PUT: [Answer(cut=True), refused],
            **NICS,
        }
    ) as canned:
        assert ensure(canned).token == TOKEN
    first, second = canned.bodies(PUT)
    assert first == second
    assert len(canned.retries) == 1


@pytest.mark.parametrize(
    "tags", [{}, {"longshore-project": "shop", "longshore-environment": "production"}]
)
def test_a_machine_of_the_name_that_is_not_ours_is_left_alone(tags: dict[str, str]) -> None:
    with Canned({GET: [Answer(200, vm(tags=tags))]}) as canned, pytest.raises(ForeignResourceError):
        ensure(canned)
    assert canned.keys == [GET]


def test_a_stopped_machine_is_started_once() -> None:
    with Canned(
        {
            GET: [Answer(200, vm(power="deallocated")), Answer(200, vm())],
            "POST start": [Answer(202, None, {"Azure-AsyncOperation": "$/x/y/operations/1"})],
            OPERATION: [going(), succeeded()],
            **NICS,
        }
    ) as canned:
        assert ensure(canned).state == "running"
    assert canned.keys.count("POST start") == 1


@pytest.mark.parametrize(
    ("code", "expected", "scope"),
    [
        ("ZonalAllocationFailed", CapacityError, "zone"),
        ("AllocationFailed", CapacityError, "region"),
        ("NobodyKnows", UnknownCloudError, None),
    ],
)
def test_one_that_failed_is_gone_with_its_parts_before_the_error_leaves(
    code: str, expected: type[CloudError], scope: str | None
) -> None:
    part = {"name": f"{TOKEN}-nic", "id": id_of("networkInterfaces", f"{TOKEN}-nic")}
    left = {**part, "location": "westeurope", "tags": vm()["tags"]}
    with (
        Canned(
            {
                GET: [missing(), Answer(200, vm("Failed", "", failure=code))],
                PUT: [accepted(vm("Creating"))],
                OPERATION: [ended_in(code), succeeded()],
                DELETE: [accepted(status=202)],
                "GET networkInterfaces": [Answer(200, {"value": [left]})],
                "GET publicIPAddresses": [Answer(200, {"value": []})],
                "DELETE networkInterfaces/": [Answer(204)],
                **NICS,
            }
        ) as canned,
        pytest.raises(CloudError) as caught,
    ):
        ensure(canned)
    assert type(caught.value) is expected
    assert getattr(caught.value, "scope", None) == scope
    assert caught.value.code == code
    assert caught.value.operation == "virtualMachines.createOrUpdate"
    asked = [one.query.get("forceDeletion") for one in canned.sent if one.key == DELETE]
    assert asked == ["true"]
    assert "DELETE networkInterfaces/" in canned.keys


def test_a_clean_up_that_fails_is_said_beside_the_failure() -> None:
    with (
        Canned(
            {
                GET: [missing(), Answer(200, vm("Failed", "", failure="AllocationFailed"))],
                PUT: [accepted(vm("Creating"))],
                OPERATION: [ended_in("AllocationFailed", "no room")],
                DELETE: [arm_error("ScopeLocked", "there is a lock", 409)],
                **NICS,
            }
        ) as canned,
        pytest.raises(DeadlineError, match=r"no room; and what was left .* there is a lock"),
    ):
        ensure(canned)


def test_a_failed_one_of_an_earlier_run_is_made_anew() -> None:
    with Canned(
        {
            GET: [Answer(200, vm("Failed", "", failure="AllocationFailed")), Answer(200, vm())],
            DELETE: [Answer(204)],
            PUT: [accepted(vm("Creating"))],
            **EMPTY,
            **NICS,
        }
    ) as canned:
        assert ensure(canned).state == "running"
    assert canned.keys.index(DELETE) < canned.keys.index(PUT)
    assert [retry.reason for retry in canned.retries] == [
        "AllocationFailed AllocationFailed: it said"
    ]


@pytest.mark.parametrize("code", ["OSProvisioningInternalError", "VMStartTimedOut", ""])
def test_one_that_does_not_start_is_made_a_second_time_and_then_the_zone_is_full(
    code: str,
) -> None:
    failed = Answer(200, vm("Failed", "", failure=code))
    with (
        Canned(
            {
                GET: [missing(), failed, missing(), failed],
                PUT: [accepted(vm("Creating"))],
                DELETE: [Answer(204)],
                OPERATION: [going()],
                **EMPTY,
                **NICS,
            }
        ) as canned,
        pytest.raises(CapacityError) as caught,
    ):
        ensure(canned)
    assert caught.value.scope == "zone"
    assert canned.keys.count(PUT) == canned.keys.count(DELETE) == 2


def test_a_guest_that_does_not_report_is_kept_where_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.azure.birth._answers", lambda address: address == "20.1.2.3")
    late = vm("Failed", "running", failure="OSProvisioningTimedOut")
    with Canned(
        {
            GET: [missing(), Answer(200, late)],
            PUT: [accepted(vm("Creating"))],
            OPERATION: [ended_in("OSProvisioningTimedOut")],
            **NICS,
        }
    ) as canned:
        assert ensure(canned).address == "20.1.2.3"
    assert DELETE not in canned.keys


def test_a_guest_that_does_not_answer_either_is_removed_and_tried_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.azure.birth._answers", lambda _: False)
    late = Answer(200, vm("Failed", "running", failure="OSProvisioningTimedOut"))
    with (
        Canned(
            {
                GET: [missing(), late, missing(), late],
                PUT: [accepted(vm("Creating"))],
                OPERATION: [ended_in("OSProvisioningTimedOut")],
                DELETE: [Answer(204)],
                **EMPTY,
                **NICS,
            }
        ) as canned,
        pytest.raises(TransientError) as caught,
    ):
        ensure(canned)
    assert caught.value.code == "OSProvisioningTimedOut"
    assert canned.keys.count(PUT) == canned.keys.count(DELETE) == 2


def test_a_quota_is_told_by_its_message_and_nothing_is_left() -> None:
    message = (
        "Operation could not be completed as it results in exceeding approved "
        "standardBSFamily Cores quota. Additional details - Current Limit: 4"
    )
    refused = arm_error("OperationNotAllowed", message, 409)
    with Canned({PUT: [refused], **EMPTY}) as canned, pytest.raises(QuotaError) as caught:
        ensure(canned)
    assert caught.value.message == message
    assert canned.keys.count(PUT) == 1
    assert "GET networkInterfaces" in canned.keys


def test_a_machine_made_otherwise_under_the_same_name_stays() -> None:
    refused = arm_error("PropertyChangeNotAllowed", "Changing property is not allowed.", 409)
    with Canned({PUT: [refused]}) as canned, pytest.raises(InvalidRequestError):
        ensure(canned)
    assert canned.keys == [GET, PUT]


def test_terms_that_were_not_accepted_come_with_the_command() -> None:
    refused = arm_error("ResourcePurchaseValidationFailed", "Accept the terms.", 400)
    with Canned({PUT: [refused], **EMPTY}) as canned, pytest.raises(InvalidRequestError) as caught:
        ensure(canned)
    assert "az vm image terms accept --urn Debian:debian-12:12-gen2" in caught.value.advice


def test_a_network_that_does_not_show_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    unseen = arm_error("InvalidResourceReference", "subnet not found", 400)
    with Canned({**READY, PUT: [unseen, accepted(vm("Creating"))], **NICS}) as canned:
        canned.calls.note_birth(machine_request().subnet)
        assert ensure(canned).state == "running"
    assert len(canned.retries) == 1


def test_the_deadline_leaves_the_machine_and_says_what_to_do() -> None:
    with (
        Canned(
            {
                GET: [missing(), Answer(200, vm("Creating", ""))],
                PUT: [accepted(vm("Creating"))],
                **NICS,
            }
        ) as canned,
        pytest.raises(DeadlineError, match="run again"),
    ):
        try:
            ensure(canned, deadline=0.1)
        except DeadlineError as error:
            raise DeadlineError(error.advice, provider="azure") from error
    assert DELETE not in canned.keys


def test_azures_wish_for_a_wait_is_honoured() -> None:
    link = {"Azure-AsyncOperation": "$/x/y/operations/1", "Retry-After": "7"}
    with Canned({**READY, PUT: [Answer(201, vm("Creating"), link)], **NICS}) as canned:
        ensure(canned)
    assert canned.pauses[0] == 7.0


def test_a_machine_is_found_by_its_token_alone() -> None:
    with Canned({GET: [Answer(200, vm())], **NICS}) as canned:
        found = find_machine(canned.calls, TOKEN, OWNER)
    assert found is not None and found.address == "20.1.2.3"
    with Canned({}) as canned:
        assert find_machine(canned.calls, TOKEN, OWNER) is None
    with Canned({GET: [Answer(200, vm(tags={}))]}) as canned:
        assert find_machine(canned.calls, TOKEN, OWNER) is None


def test_an_address_that_azure_does_not_put_inside_is_read_by_itself() -> None:
    with Canned(
        {
            GET: [Answer(200, vm())],
            NIC: [Answer(200, nic(None))],
            "GET publicIPAddresses/": [Answer(200, {"properties": {"ipAddress": "20.9.9.9"}})],
        }
    ) as canned:
        found = find_machine(canned.calls, TOKEN, OWNER)
    assert found is not None and found.address == "20.9.9.9"
