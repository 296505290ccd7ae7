"""Every row of the taxonomy, from the wire to the contract's class: as the reason of an HTTP
answer, and as the code that an operation ended in."""

from __future__ import annotations

import pytest

from providers.contract.classify import Phase
from providers.contract.errors import CloudError, ThrottledError
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.operations import finish
from tests.unit.gcp.canned import PROJECT, Raw, error, operation, running, serving
from tests.unit.gcp.error_rows import TABLE

CASES = [
    pytest.param(code, *rest, id=f"{code}-{rest[1]}-{rest[0]}-{index}")
    for index, (codes, *rest) in enumerate(TABLE)
    for code in codes
]
ROW = ("code", "status", "phase", "message", "expected", "scope")


def _get(calls: Calls) -> object:
    return calls.clients.projects.get(project=PROJECT, retry=None, timeout=5.0)


def _check(found: CloudError, expected: type[CloudError], scope: str | None) -> None:
    assert type(found) is expected
    assert getattr(found, "scope", None) == scope


@pytest.mark.parametrize(ROW, CASES)
def test_an_answer(
    code: str,
    status: int,
    phase: Phase,
    message: str,
    expected: type[CloudError],
    scope: str | None,
) -> None:
    with (
        serving({"projects.get": [error(code, message, status)]}) as canned,
        pytest.raises(CloudError) as caught,
    ):
        canned.calls.once("projects.get", phase, lambda: _get(canned.calls))
    _check(caught.value, expected, scope)
    assert (caught.value.code, caught.value.message) == (code, message)
    assert caught.value.operation == "projects.get"
    assert len(canned.sent) == 1, "the SDK must not repeat calls by itself"


@pytest.mark.parametrize(ROW, CASES)
def test_an_operation(
    code: str,
    status: int,
    phase: Phase,
    message: str,
    expected: type[CloudError],
    scope: str | None,
) -> None:
    done = operation((code, message), http=status)
    with (
        serving({"zoneOperations.get": [running()], "zoneOperations.wait": [done]}) as canned,
        pytest.raises(CloudError) as caught,
    ):
        started = canned.calls.clients.zone_operations.get(
            project=PROJECT, zone="z", operation="operation-1", retry=None
        )
        finish(canned.calls, started, operation="x.y", phase=phase, limit=Deadline.after(5))
    _check(caught.value, expected, scope)
    assert (caught.value.code, caught.value.message) == (code, message)
    assert caught.value.request_id == "operation-1"


@pytest.mark.parametrize(
    "code",
    ["forbidden", "accessNotConfigured", "BILLING_DISABLED", "quotaExceeded", "VPC_NOT_FOUND"],
)
def test_what_the_user_can_mend_comes_with_advice(code: str) -> None:
    with (
        serving({"projects.get": [error(code, "No.", 403)]}) as canned,
        pytest.raises(CloudError) as caught,
    ):
        canned.calls.once("projects.get", "create", lambda: _get(canned.calls))
    assert caught.value.advice


def test_the_wish_for_a_wait_is_kept() -> None:
    busy = error("rateLimitExceeded", "Slower.", 403, {"Retry-After": "7"})
    with (
        serving({"projects.get": [busy]}) as canned,
        pytest.raises(ThrottledError) as caught,
    ):
        canned.calls.once("projects.get", "read", lambda: _get(canned.calls))
    assert caught.value.retry_after == 7.0


def test_the_newer_form_has_its_code_in_the_details() -> None:
    text = (
        '{"error": {"code": 403, "message": "No.", "status": "PERMISSION_DENIED", "errors": '
        '[{"message": "No.", "domain": "global", "reason": "forbidden"}], "details": [{"@type": '
        '"type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": '
        '"googleapis.com"}]}}'
    )
    with (
        serving({"projects.get": [Raw(403, text)]}) as canned,
        pytest.raises(CloudError) as caught,
    ):
        canned.calls.once("projects.get", "read", lambda: _get(canned.calls))
    assert caught.value.code == "SERVICE_DISABLED"
    assert "gcloud services enable" in caught.value.advice
