"""The fault hooks: how faults are written, and when they strike."""

from __future__ import annotations

import pytest

from providers.sandbox.faults import DROPPED, FaultQueue, error_body, parse_faults
from providers.sandbox.statuses import status_for


def test_defaults_of_a_fault() -> None:
    (coded, bare) = parse_faults(
        [{"action": "RunInstances", "code": "RequestLimitExceeded"}, {"action": "*"}]
    )
    assert (coded.when, coded.status, coded.times) == ("before", 503, 1)
    assert (bare.status, bare.code) == (DROPPED, "")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "expected a list of faults"),
        ([{}], "a fault needs at least an action: {}"),
        ([{"action": "X", "when": "never"}], "when is before, after or operation, not 'never'"),
        ([{"action": "X", "colour": 1}], "unknown keys: colour"),
        ([{"action": "X", "when": "operation"}], "an operation ends in an error with a code"),
    ],
)
def test_what_is_refused(document: object, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("{}", r"\{\}")):
        parse_faults(document)


def test_a_fault_strikes_its_action_as_often_as_it_says() -> None:
    queue = FaultQueue()
    queue.replace(parse_faults([{"action": "RunInstances", "when": "after", "times": 2}]))
    assert queue.take("RunInstances", "before") is None
    assert queue.take("DescribeInstances", "after") is None
    assert queue.take("RunInstances", "after") is not None
    assert queue.left() == 1
    assert queue.take("RunInstances", "after") is not None
    assert queue.take("RunInstances", "after") is None


def test_a_fault_may_be_for_one_service_and_one_zone() -> None:
    queue = FaultQueue()
    queue.replace(parse_faults([{"action": "*", "service": "gce", "zone": "z-a"}]))
    assert queue.take("instances.insert", "before", service="gce", zone="z-b") is None
    assert queue.take("RunInstances", "before", service="ec2", zone="z-a") is None
    assert queue.take("instances.insert", "before", service="gce", zone="z-a") is not None


def test_error_bodies_have_the_services_own_form() -> None:
    assert error_body("ec2", "A", "<b>", "id")[1] == (
        b"<Response><Errors><Error><Code>A</Code><Message>&lt;b&gt;</Message></Error></Errors>"
        b"<RequestID>id</RequestID></Response>"
    )
    assert error_body("ssm", "A", "b", "id")[1] == b'{"__type": "A", "message": "b"}'
    assert error_body("sts", "A", "b", "id")[1].startswith(b"<ErrorResponse><Error>")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InsufficientInstanceCapacity", 500),
        ("RequestLimitExceeded", 503),
        ("UnauthorizedOperation", 403),
        ("DryRunOperation", 412),
        ("InvalidParameterValue", 400),
    ],
)
def test_error_statuses_are_those_of_ec2(code: str, status: int) -> None:
    assert status_for("ec2", code, 400) == status
