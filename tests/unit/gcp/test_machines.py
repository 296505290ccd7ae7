"""From a request to a running machine: which calls are made, and what comes of them."""

from __future__ import annotations

import pytest

from providers.contract.errors import (
    AuthError,
    CapacityError,
    DeadlineError,
    ForeignResourceError,
    InvalidRequestError,
    QuotaError,
    TokenSpentError,
    UnknownCloudError,
)
from providers.gcp.machines import (
    ensure_machine,
)
from providers.gcp.names import request_id
from tests.unit.gcp.canned import (
    NOT_FOUND,
    OURS,
    Raw,
    answers,
    error,
    instance,
    operation,
    running,
    serving,
)
from tests.unit.gcp.requests import TOKEN, machine_request

STOCKOUT = ("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", "The zone has no room.")
EXISTS = error("alreadyExists", "The resource already exists", 409)


def test_a_new_machine_takes_four_calls() -> None:
    with serving(
        answers(
            instances_get=[NOT_FOUND, instance()],
            instances_insert=[running()],
            zoneOperations_wait=[operation()],
        )
    ) as canned:
        machine = ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.operations == [
        "instances.get",
        "instances.insert",
        "zoneOperations.wait",
        "instances.get",
    ]
    assert canned.pauses == []
    assert (machine.id, machine.name) == (f"us-central1-a/{TOKEN}", "us-1")
    assert (machine.address, machine.private_address) == ("203.0.113.9", "10.128.0.2")
    assert (machine.state, machine.type, machine.token) == ("running", "e2-small", TOKEN)
    assert machine.created == "2026-01-02T11:04:05+00:00"
    assert canned.sent[1].query == {"requestId": request_id(TOKEN, 0)}


def test_one_that_runs_is_adopted_with_one_read() -> None:
    with serving(answers(instances_get=[instance()])) as canned:
        machine = ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.operations == ["instances.get"]
    assert machine.token == TOKEN


def test_one_of_somebody_else_is_refused() -> None:
    with (
        serving(answers(instances_get=[instance(labels={"longshore-project": "b"})])) as canned,
        pytest.raises(ForeignResourceError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)


def test_one_made_by_another_meanwhile_is_adopted() -> None:
    with serving(
        answers(
            instances_get=[NOT_FOUND, instance("STAGING", address=""), instance()],
            instances_insert=[EXISTS],
        )
    ) as canned:
        assert ensure_machine(canned.calls, machine_request(), deadline=60).state == "running"
    assert len(canned.pauses) == 1


def test_one_made_meanwhile_by_a_stranger_is_refused() -> None:
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND, instance(labels={})],
                instances_insert=[EXISTS],
            )
        ) as canned,
        pytest.raises(ForeignResourceError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)


def test_a_lost_answer_is_asked_for_with_the_same_request_id() -> None:
    with serving(
        answers(
            instances_get=[NOT_FOUND, instance()],
            instances_insert=[Raw(0), running()],
            zoneOperations_wait=[operation()],
        )
    ) as canned:
        ensure_machine(canned.calls, machine_request(), deadline=60)
    ids = [one.query["requestId"] for one in canned.sent if one.operation == "instances.insert"]
    assert ids == [request_id(TOKEN, 0)] * 2
    assert [retry.operation for retry in canned.retries] == ["instances.insert"]


def test_an_operation_that_failed_for_now_is_tried_with_another_request_id() -> None:
    with serving(
        answers(
            instances_get=[NOT_FOUND, instance()],
            instances_insert=[running()],
            zoneOperations_wait=[
                operation(("INTERNAL_ERROR", "Try again."), http=500),
                operation(("RESOURCE_OPERATION_RATE_EXCEEDED", "Slower."), http=429),
                operation(),
            ],
        )
    ) as canned:
        ensure_machine(canned.calls, machine_request(), deadline=60)
    ids = [one.query["requestId"] for one in canned.sent if one.operation == "instances.insert"]
    assert ids == [request_id(TOKEN, attempt) for attempt in (0, 1, 2)]
    assert len(canned.retries) == 2


def test_no_room_is_told_by_the_operation_and_nothing_is_left() -> None:
    left = {"name": TOKEN, "status": "READY", "labels": OURS}
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND, instance("STAGING", address="")],
                instances_insert=[running()],
                instances_delete=[running(name="operation-2")],
                disks_get=[left],
                disks_delete=[running(name="operation-3")],
                zoneOperations_wait=[operation(STOCKOUT, http=503), operation()],
            )
        ) as canned,
        pytest.raises(CapacityError) as caught,
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert (caught.value.code, caught.value.scope) == (STOCKOUT[0], "zone")
    assert caught.value.request_id == "operation-1"
    assert canned.operations[3:] == [
        "instances.get",
        "instances.delete",
        "zoneOperations.wait",
        "disks.get",
        "disks.delete",
        "zoneOperations.wait",
    ]


def test_what_cannot_be_cleaned_up_is_said_with_its_reason() -> None:
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND, instance(labels={})],
                instances_insert=[running()],
                zoneOperations_wait=[operation(STOCKOUT, http=503)],
            )
        ) as canned,
        pytest.raises(ForeignResourceError) as caught,
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert STOCKOUT[0] in caught.value.message


@pytest.mark.parametrize(
    ("errors", "expected", "code"),
    [
        ((("QUOTA_EXCEEDED", "Quota 'CPUS' exceeded."),), QuotaError, "QUOTA_EXCEEDED"),
        (
            (("badRequest", "x"), ("QUOTA_EXCEEDED", "y"), ("insufficientCapacity", "z")),
            CapacityError,
            "insufficientCapacity",
        ),
        ((("NEVER_SEEN", "?"), ("INVALID_USAGE", "!")), InvalidRequestError, "INVALID_USAGE"),
        ((("NEVER_SEEN", "What is that?"),), UnknownCloudError, "NEVER_SEEN"),
    ],
)
def test_the_heaviest_of_several_errors_decides_and_all_are_told(
    errors: tuple[tuple[str, str], ...], expected: type[Exception], code: str
) -> None:
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND],
                disks_get=[NOT_FOUND],
                instances_insert=[running()],
                zoneOperations_wait=[operation(*errors)],
            )
        ) as canned,
        pytest.raises(expected) as caught,
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert getattr(caught.value, "code", "") == code
    assert all(text in str(caught.value) for _, text in errors)


def test_a_refusal_at_the_door_leaves_nothing_to_clean_up() -> None:
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND],
                instances_insert=[error("quotaExceeded", "Quota 'CPUS' exceeded.", 403)],
            )
        ) as canned,
        pytest.raises(QuotaError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.operations == ["instances.get", "instances.insert"]


def test_a_refusal_after_a_lost_answer_leaves_nothing_either() -> None:
    """The first call may have had its effect."""
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND, instance("STAGING", address="")],
                instances_insert=[Raw(0), error("quotaExceeded", "Quota 'CPUS' exceeded.", 403)],
                instances_delete=[operation()],
                disks_get=[NOT_FOUND],
            )
        ) as canned,
        pytest.raises(QuotaError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.operations[-3:] == ["instances.get", "instances.delete", "disks.get"]


def test_nothing_is_removed_when_the_sign_in_expires_on_the_way() -> None:
    """It is not known what came of the insert, and there is nobody who could remove it."""
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND],
                instances_insert=[running()],
                zoneOperations_wait=[
                    operation(("INTERNAL_ERROR", "Try again."), http=500),
                    error("authError", "Invalid Credentials", 401),
                ],
            )
        ) as canned,
        pytest.raises(AuthError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.operations.count("instances.get") == 1


def test_an_operation_that_cannot_be_asked_about_leaves_nothing() -> None:
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND, instance("STAGING", address="")],
                instances_insert=[running()],
                instances_delete=[operation()],
                disks_get=[NOT_FOUND],
                zoneOperations_wait=[NOT_FOUND],
            )
        ) as canned,
        pytest.raises(InvalidRequestError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.operations[-3:] == ["instances.get", "instances.delete", "disks.get"]


def test_a_disk_that_a_failed_try_left_is_removed_before_the_next() -> None:
    left = {"name": TOKEN, "status": "READY", "labels": OURS}
    with serving(
        answers(
            instances_get=[NOT_FOUND, NOT_FOUND, NOT_FOUND, instance()],
            instances_insert=[running(), EXISTS, running()],
            disks_get=[left],
            disks_delete=[operation()],
            zoneOperations_wait=[
                operation(("INTERNAL_ERROR", "Try again."), http=500),
                operation(),
            ],
        )
    ) as canned:
        assert ensure_machine(canned.calls, machine_request(), deadline=60).state == "running"
    assert canned.operations.count("disks.delete") == 1
    assert len(canned.retries) == 2


def test_a_token_whose_machine_is_gone_is_spent() -> None:
    with (
        serving(answers(instances_get=[NOT_FOUND], instances_insert=[operation()])) as canned,
        pytest.raises(TokenSpentError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)


def test_a_machine_that_was_made_and_vanished_had_no_room() -> None:
    with (
        serving(
            answers(
                instances_get=[NOT_FOUND],
                instances_insert=[running()],
                zoneOperations_wait=[operation()],
            )
        ) as canned,
        pytest.raises(CapacityError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)


def test_one_that_was_being_removed_spends_its_token() -> None:
    with (
        serving(answers(instances_get=[instance("STOPPING"), NOT_FOUND])) as canned,
        pytest.raises(TokenSpentError),
    ):
        ensure_machine(canned.calls, machine_request(), deadline=60)


@pytest.mark.parametrize(
    ("status", "call"), [("TERMINATED", "instances.start"), ("SUSPENDED", "instances.resume")]
)
def test_a_stopped_one_is_started_once(status: str, call: str) -> None:
    with serving(
        {
            "instances.get": [instance(status, address=""), instance()],
            call: [running()],
            "zoneOperations.wait": [operation()],
        }
    ) as canned:
        assert ensure_machine(canned.calls, machine_request(), deadline=60).state == "running"
    assert canned.operations.count(call) == 1


def test_time_runs_out_and_says_how_to_go_on() -> None:
    with (
        serving(answers(instances_get=[instance(address="")])) as canned,
        pytest.raises(DeadlineError) as caught,
    ):
        ensure_machine(canned.calls, machine_request(), deadline=0)
    assert "without a public address" in caught.value.message
