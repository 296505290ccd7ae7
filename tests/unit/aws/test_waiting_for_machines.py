"""From RunInstances to a machine with an address, or to the reason why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.aws.error_table import ROWS
from providers.aws.machines import START_PAUSE, ensure_machine
from providers.contract.errors import (
    CapacityError,
    CloudError,
    DeadlineError,
    InvalidRequestError,
    QuotaError,
    TokenSpentError,
    UnknownCloudError,
)
from tests.unit.aws.canned import Canned, described, done, ec2_error, instance, ran
from tests.unit.aws.requests import machine_request

NOBODY = described()
ADDRESS = "203.0.113.9"
RUNNING = described(instance("running", address=ADDRESS))


def test_it_waits_for_running_and_for_the_address() -> None:
    canned = Canned(
        DescribeInstances=[
            NOBODY,
            described(instance("pending")),
            described(instance("running")),
            RUNNING,
        ],
        RunInstances=[ran(instance("pending"))],
    )
    machine = ensure_machine(canned.calls, machine_request(), deadline=60)
    assert (machine.state, machine.address) == ("running", ADDRESS)
    assert machine.created == "2026-01-02T03:04:05+00:00"
    assert canned.actions == ["DescribeInstances", "RunInstances", *["DescribeInstances"] * 3]
    assert canned.pauses[0] == START_PAUSE
    assert canned.pauses == sorted(canned.pauses)


def test_a_machine_that_runs_in_the_answer_needs_no_poll() -> None:
    canned = Canned(
        DescribeInstances=[NOBODY], RunInstances=[ran(instance("running", address=ADDRESS))]
    )
    ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.actions == ["DescribeInstances", "RunInstances"]


def test_one_that_is_there_is_adopted_with_one_call() -> None:
    canned = Canned(DescribeInstances=[RUNNING])
    ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.actions == ["DescribeInstances"]
    asked = set(canned.sent[0].values())
    assert {"tag:longshore-token", "tag:longshore-project", "tag:longshore-environment"} <= asked
    assert "shutting-down" not in asked


def test_not_found_right_after_the_create_is_waited_out() -> None:
    missing = ec2_error("InvalidInstanceID.NotFound", "The instance ID does not exist", 400)
    canned = Canned(
        DescribeInstances=[NOBODY, missing, missing, RUNNING],
        RunInstances=[ran(instance("pending"))],
    )
    machine = ensure_machine(canned.calls, machine_request(), deadline=60)
    assert machine.address == ADDRESS
    assert [retry.operation for retry in canned.retries] == ["DescribeInstances"] * 2


def test_a_stopped_machine_is_started_once() -> None:
    stopped = described(instance("stopped"))
    canned = Canned(
        DescribeInstances=[
            described(instance("stopping")),
            stopped,
            stopped,
            described(instance("pending")),
            RUNNING,
        ],
        StartInstances=[done("StartInstances")],
    )
    ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.actions.count("StartInstances") == 1


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Server.InsufficientInstanceCapacity", CapacityError),
        ("Server.SpotInstanceTermination", CapacityError),
        ("Server.InternalError", TokenSpentError),
        ("Client.VolumeLimitExceeded", QuotaError),
        ("Client.InternalError", InvalidRequestError),
        ("Client.UserInitiatedShutdown", UnknownCloudError),
        ("", UnknownCloudError),
    ],
)
def test_a_machine_that_dies_in_pending_says_why(reason: str, expected: type[CloudError]) -> None:
    """And is really terminated before that is said."""
    canned = Canned(
        DescribeInstances=[
            NOBODY,
            described(instance("pending")),
            described(instance("shutting-down", reason=reason)),
            described(instance("shutting-down", reason=reason)),
            described(instance("terminated", reason=reason)),
        ],
        RunInstances=[ran(instance("pending"))],
    )
    with pytest.raises(CloudError) as caught:
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert type(caught.value) is expected
    assert caught.value.code == reason
    assert "i-0123456789abcdef0" in caught.value.message
    assert len(canned.actions) == 6


def test_the_deadline_names_the_machine_and_what_it_lacks() -> None:
    canned = Canned(
        DescribeInstances=[NOBODY, described(instance("running"))],
        RunInstances=[ran(instance("pending"))],
    )
    with pytest.raises(DeadlineError, match="without a public address") as caught:
        ensure_machine(canned.calls, machine_request(), deadline=0.2)
    assert "i-0123456789abcdef0" in caught.value.message
    assert "internet" in caught.value.advice


def test_the_request_is_sent_again_byte_for_byte() -> None:
    broken = ec2_error("InternalError", "An internal error has occurred", 500)
    canned = Canned(
        DescribeInstances=[NOBODY],
        RunInstances=[broken, broken, ran(instance("running", address=ADDRESS))],
    )
    ensure_machine(canned.calls, machine_request(), deadline=60)
    bodies = [
        body
        for body, action in zip(canned.bodies, canned.actions, strict=True)
        if action == "RunInstances"
    ]
    assert len(bodies) == 3
    assert len(set(bodies)) == 1


def test_a_spent_token_is_not_tried_again() -> None:
    canned = Canned(
        DescribeInstances=[NOBODY],
        RunInstances=[ec2_error("IdempotentInstanceTerminated", "It is gone", 400)],
    )
    with pytest.raises(TokenSpentError):
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert canned.actions == ["DescribeInstances", "RunInstances"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Client.UserInitiatedShutdown", TokenSpentError),
        ("Server.InsufficientInstanceCapacity", CapacityError),
    ],
)
def test_a_machine_that_is_dead_in_the_answer_was_an_earlier_one(
    reason: str, expected: type[CloudError]
) -> None:
    canned = Canned(
        DescribeInstances=[NOBODY],
        RunInstances=[ran(instance("terminated", reason=reason))],
    )
    with pytest.raises(CloudError) as caught:
        ensure_machine(canned.calls, machine_request(), deadline=60)
    assert type(caught.value) is expected
    assert canned.actions == ["DescribeInstances", "RunInstances"]


def test_polls_that_fail_to_the_end_are_a_deadline() -> None:
    missing = ec2_error("InvalidInstanceID.NotFound", "The instance ID does not exist", 400)
    canned = Canned(DescribeInstances=[NOBODY, missing], RunInstances=[ran(instance("pending"))])
    with pytest.raises(DeadlineError, match="i-0123456789abcdef0"):
        ensure_machine(canned.calls, machine_request(), deadline=1.0)


def test_a_machine_that_stays_unknown_to_ec2_is_given_up_after_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = ec2_error("InvalidInstanceID.NotFound", "The instance ID does not exist", 400)
    canned = Canned(DescribeInstances=[NOBODY, missing], RunInstances=[ran(instance("pending"))])
    monkeypatch.setattr(
        "providers.aws.errors.ROWS",
        tuple(replace(row, within=0.0) if row.within else row for row in ROWS),
    )
    with pytest.raises(InvalidRequestError, match="does not exist"):
        ensure_machine(canned.calls, machine_request(), deadline=60)
