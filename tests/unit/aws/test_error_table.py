"""Every row of the taxonomy, from EC2's XML with its status code to the contract's class."""

from __future__ import annotations

import pytest

from providers.contract.classify import Phase
from providers.contract.errors import (
    AuthError,
    CloudError,
    InvalidRequestError,
    TransientError,
)
from tests.unit.aws.canned import Canned, ec2_error
from tests.unit.aws.error_rows import TABLE

CASES = [
    pytest.param(code, *rest, id=f"{code}-{rest[1]}-{rest[2]}-{rest[0]}-{index}")
    for index, (codes, *rest) in enumerate(TABLE)
    for code in codes
]


@pytest.mark.parametrize(("code", "status", "phase", "age", "message", "expected", "scope"), CASES)
def test_row(
    code: str,
    status: int,
    phase: Phase,
    age: float | None,
    message: str,
    expected: type[CloudError],
    scope: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canned = Canned(DescribeInstances=[ec2_error(code, message, status)])
    monkeypatch.setattr("providers.aws.calls.time.monotonic", lambda: 10_000.0)
    with pytest.raises(CloudError) as caught:
        canned.calls.once(
            "DescribeInstances",
            phase,
            canned.calls.clients.ec2.describe_instances,
            born=None if age is None else 10_000.0 - age,
        )
    error = caught.value
    assert type(error) is expected
    assert getattr(error, "scope", None) == scope
    assert error.code == code.removeprefix("Server.")
    assert error.message == message
    assert error.request_id == "ea966190-f9aa-478e-9ede-example"
    assert error.operation == "DescribeInstances"
    assert len(canned.sent) == 1, "the SDK must not repeat calls by itself"


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailure",
        "UnauthorizedOperation",
        "ExpiredToken",
        "SignatureDoesNotMatch",
        "VcpuLimitExceeded",
        "OptInRequired",
        "DefaultVpcDoesNotExist",
    ],
)
def test_what_the_user_can_mend_comes_with_advice(code: str) -> None:
    canned = Canned(DescribeInstances=[ec2_error(code, "No.", 400)])
    with pytest.raises(CloudError) as caught:
        canned.calls.once("X", "create", canned.calls.clients.ec2.describe_instances)
    assert caught.value.advice


def test_a_wrong_clock_is_hinted_at() -> None:
    canned = Canned(DescribeInstances=[ec2_error("RequestExpired", "Expired.", 400)])
    with pytest.raises(AuthError) as caught:
        canned.calls.once("X", "read", canned.calls.clients.ec2.describe_instances)
    assert "clock" in caught.value.advice


def test_ssm_says_it_in_json() -> None:
    text = '{"__type":"ParameterNotFound","message":"Parameter /a not found."}'
    canned = Canned(GetParameter=[(400, text)])
    with pytest.raises(InvalidRequestError) as caught:
        canned.calls.once(
            "GetParameter", "read", lambda: canned.calls.clients.ssm.get_parameter(Name="/a")
        )
    assert caught.value.code == "ParameterNotFound"


def test_sts_says_it_in_another_form() -> None:
    text = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender'
        "</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the "
        "request is invalid.</Message></Error><RequestId>q-1</RequestId></ErrorResponse>"
    )
    canned = Canned(GetCallerIdentity=[(403, text)])
    with pytest.raises(AuthError) as caught:
        canned.calls.once("GetCallerIdentity", "read", canned.calls.clients.sts.get_caller_identity)
    assert (caught.value.code, caught.value.request_id) == ("InvalidClientTokenId", "q-1")


def test_a_gateways_page_is_a_server_error() -> None:
    canned = Canned(DescribeInstances=[(503, "<html><body>503 busy</body></html>")])
    with pytest.raises(TransientError):
        canned.calls.once("X", "create", canned.calls.clients.ec2.describe_instances)


def test_half_an_answer_is_transient() -> None:
    canned = Canned(DescribeInstances=[(200, "<DescribeInstancesResponse><reser")])
    with pytest.raises(TransientError):
        canned.calls.once("X", "read", canned.calls.clients.ec2.describe_instances)
