"""Every row of the taxonomy, from ARM's JSON with its status code to the contract's class."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ResourceExistsError

from providers.azure.calls import Calls
from providers.azure.operations import Started, finish
from providers.contract.classify import Phase
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    QuotaError,
    ThrottledError,
    TransientError,
)
from providers.contract.waiting import Deadline
from tests.unit.azure.canned import Answer, Canned, arm_error, ended_in
from tests.unit.azure.error_rows import TABLE

CASES = [
    pytest.param(code, *rest, id=f"{code}-{rest[1]}-{rest[2]}-{rest[0]}-{index}")
    for index, (codes, *rest) in enumerate(TABLE)
    for code in codes
]


def read(calls: Calls) -> object:
    return calls.clients.compute.virtual_machines.get("g", "vm")


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
    monkeypatch.setattr("providers.azure.calls.time.monotonic", lambda: 10_000.0)
    if status == 200:
        error = _of_an_operation(code, message, phase)
    else:
        answer = arm_error(code, message, status, x_ms_request_id="r-1")
        with Canned({"GET virtualMachines/": [answer]}) as canned:
            with pytest.raises(CloudError) as caught:
                canned.calls.once(
                    "virtualMachines.get",
                    phase,
                    lambda: read(canned.calls),
                    born=None if age is None else 10_000.0 - age,
                )
            assert len(canned.sent) == 1, "the SDK must not repeat calls by itself"
        error = caught.value
        assert error.request_id == "r-1"
    assert type(error) is expected
    assert getattr(error, "scope", None) == scope
    assert error.code == code
    assert error.message == message
    assert error.operation == "virtualMachines.get"


def told(answer: Answer, phase: Phase = "create") -> CloudError:
    """The error of one call with that answer."""
    with Canned({"GET virtualMachines/": [answer]}) as canned:
        with pytest.raises(CloudError) as caught:
            canned.calls.once("virtualMachines.get", phase, lambda: read(canned.calls))
        assert len(canned.sent) == 1
    return caught.value


def _of_an_operation(code: str, message: str, phase: Phase) -> CloudError:
    with Canned({"GET operations/": [ended_in(code, message)]}) as canned:
        started = Started("virtualMachines.get", phase, f"{canned.endpoint}/a/b/operations/1")
        with pytest.raises(CloudError) as caught:
            finish(canned.calls, started, Deadline.after(5.0), "it")
    return caught.value


def test_the_class_of_the_sdk_says_nothing() -> None:
    """A 409 is ResourceExistsError whatever it is about."""
    with Canned({"GET virtualMachines/": [arm_error("SkuNotAvailable", "no", 409)]}) as canned:
        with pytest.raises(ResourceExistsError):
            read(canned.calls)
        with pytest.raises(CapacityError):
            canned.calls.once("virtualMachines.get", "create", lambda: read(canned.calls))


def test_the_innermost_code_that_is_known_decides() -> None:
    body = {
        "error": {
            "code": "InvalidRequestFormat",
            "message": "outer",
            "details": [
                {"code": "NobodyKnows", "message": "middle"},
                {"code": "QuotaExceeded", "message": "the limit is 4"},
            ],
        }
    }
    error = told(Answer(400, body), "create")
    assert type(error) is QuotaError
    assert error.code == "QuotaExceeded"
    assert "outer" in error.message and "the limit is 4" in error.message


def test_an_inner_error_is_looked_into_too() -> None:
    body = {
        "error": {
            "code": "Whatever",
            "message": "outer",
            "innererror": {"code": "AllocationFailed", "message": "no room"},
        }
    }
    error = told(Answer(400, body), "create")
    assert type(error) is CapacityError
    assert error.code == "AllocationFailed"


def test_a_wish_for_a_wait_travels_along() -> None:
    answer = arm_error("TooManyRequests", "slow down", 429, Retry_After="17")
    error = told(answer, "read")
    assert type(error) is ThrottledError
    assert error.retry_after == 17.0


@pytest.mark.parametrize(
    "code",
    [
        "AuthorizationFailed",
        "InvalidAuthenticationToken",
        "SubscriptionNotFound",
        "MissingSubscriptionRegistration",
        "RequestDisallowedByPolicy",
        "ScopeLocked",
        "QuotaExceeded",
        "PropertyChangeNotAllowed",
        "PlatformImageNotFound",
    ],
)
def test_what_the_user_can_mend_comes_with_advice(code: str) -> None:
    error = told(arm_error(code, "No.", 403), "create")
    assert error.advice


@pytest.mark.parametrize("phase", ["read", "create", "delete"])
def test_a_page_of_something_in_between_is_a_server_error(phase: Phase) -> None:
    error = told(Answer(503, "<html>busy</html>"), phase)
    assert type(error) is TransientError


def test_no_answer_is_transient() -> None:
    error = told(Answer(cut=True), "read")
    assert type(error) is TransientError


def test_nobody_there_is_transient_and_says_where_to_look() -> None:
    with Canned({}) as canned:
        calls = canned.calls
    with pytest.raises(TransientError) as caught:
        calls.once("X", "read", lambda: read(calls))
    assert "endpoint" in caught.value.advice


def test_an_answer_that_is_no_json_is_transient() -> None:
    error = told(Answer(200, None), "read")
    assert type(error) is TransientError


def test_credentials_that_are_none_are_told_from_a_refusal() -> None:
    from azure.core.exceptions import ClientAuthenticationError

    def nobody() -> object:
        raise ClientAuthenticationError("DefaultAzureCredential failed\nlong list")

    with Canned({}) as canned, pytest.raises(AuthError) as caught:
        canned.calls.once("getToken", "read", nobody)
    assert caught.value.message == "DefaultAzureCredential failed"
    assert "az account show" in caught.value.advice


def test_a_failure_without_a_word_is_unknown_and_not_success() -> None:
    with Canned({"GET operations/": [Answer(200, {"status": "Failed"})]}) as canned:
        started = Started("virtualMachines.get", "create", f"{canned.endpoint}/a/b/operations/1")
        with pytest.raises(CloudError) as caught:
            finish(canned.calls, started, Deadline.after(5.0), "it")
    assert caught.value.code == "Failed"
