"""What goes wrong on our side of the wire, raised by the SDK itself."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import google.auth
import pytest
from google.auth.credentials import AnonymousCredentials
from google.oauth2.credentials import Credentials

from providers.contract.errors import (
    AuthError,
    CloudError,
    InvalidRequestError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.retry import ignore_retry
from providers.contract.types import ProviderSettings
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.client import Clients
from providers.gcp.operations import finish
from tests.unit.gcp.canned import PROJECT, REGION, Raw, error, operation, running, serving

UNAUTHENTICATED = error("authError", "Invalid Credentials", 401)


def _get(calls: Calls) -> object:
    return calls.clients.projects.get(project=PROJECT, retry=None, timeout=5.0)


def _refused(calls: Calls) -> CloudError:
    with pytest.raises(CloudError) as caught:
        calls.once("projects.get", "read", lambda: _get(calls))
    return caught.value


def _at(endpoint: str, **settings: str | None) -> Calls:
    given = ProviderSettings("gcp", endpoint=endpoint, project=PROJECT, **settings)  # type: ignore[arg-type]
    return Calls(Clients(given, REGION), ignore_retry)


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param(AnonymousCredentials(), id="InvalidOperation"),  # type: ignore[no-untyped-call]
        pytest.param(Credentials(token="x"), id="RefreshError"),  # type: ignore[no-untyped-call]
    ],
)
def test_an_answer_401_to_what_cannot_be_renewed(
    credentials: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google.auth, "default", lambda **_: (credentials, None))
    with serving({"projects.get": [UNAUTHENTICATED]}) as canned:
        found = _refused(canned.calls)
    assert type(found) is AuthError
    assert "gcloud auth application-default login" in found.advice


def test_an_answer_401_to_a_token_that_was_renewed() -> None:
    with serving({"projects.get": [UNAUTHENTICATED]}) as canned:
        found = _refused(canned.calls)
    assert (type(found), found.code) == (AuthError, "authError")
    assert len(canned.sent) == 3, "once, and after each of two renewals"


def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/account.json")
    found = _refused(_at("http://127.0.0.1:9"))
    assert (type(found), found.code) == (AuthError, "DefaultCredentialsError")


def test_a_broken_credentials_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text('{"type": "service_account", "client_email": "a@b"}')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    assert type(_refused(_at("http://127.0.0.1:9"))) is AuthError
    path.write_text("not json")
    assert type(_refused(_at("http://127.0.0.1:9"))) is AuthError


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = _refused(_at(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert (type(found), found.code) == (TransientError, "ConnectionError")


def test_the_connection_is_cut() -> None:
    with serving({"projects.get": [Raw(0)]}) as canned:
        found = _refused(canned.calls)
    assert type(found) is TransientError
    assert len(canned.sent) == 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (Raw(503, "<html>busy</html>"), TransientError),
        (Raw(502, ""), TransientError),
        (Raw(200, "<html>sign in to this Wi-Fi</html>"), TransientError),
        (Raw(200, '{"kind": "compute#proj'), TransientError),
        (Raw(418, '{"error": {"message": "teapot"}}'), UnknownCloudError),
    ],
)
def test_answers_that_are_none(raw: Raw, expected: type[CloudError]) -> None:
    with serving({"projects.get": [raw]}) as canned:
        assert type(_refused(canned.calls)) is expected


@pytest.mark.parametrize("endpoint", ["http://", "ftp://127.0.0.1", "http://exa mple"])
def test_an_endpoint_that_is_none(endpoint: str) -> None:
    found = _refused(_at(endpoint))
    assert type(found) is InvalidRequestError
    assert "endpoint" in found.advice


def test_a_ca_that_is_not_there() -> None:
    found = _refused(_at("https://127.0.0.1:9", ca="/nonexistent/ca.pem"))
    assert type(found) is InvalidRequestError
    assert "`ca`" in found.advice


def test_plain_http_where_tls_is_wanted() -> None:
    with serving({}) as canned:
        endpoint = str(canned.settings.endpoint).replace("http:", "https:")
        found = _refused(_at(endpoint))
    assert type(found) is InvalidRequestError
    assert "`ca`" in found.advice


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        # The SDK's own result would be None for the first: success.
        (operation(("QUOTA_EXCEEDED", "No.")), "QUOTA_EXCEEDED"),
        (operation(http=503), "SERVICE_UNAVAILABLE"),
    ],
)
def test_operations_that_failed_by_halves(done: dict[str, object], expected: str) -> None:
    with serving({"zoneOperations.get": [running()], "zoneOperations.wait": [done]}) as canned:
        started = canned.calls.clients.zone_operations.get(
            project=PROJECT, zone="z", operation="o", retry=None
        )
        with pytest.raises(CloudError) as caught:
            finish(canned.calls, started, operation="x.y", phase="create", limit=Deadline.after(5))
    assert caught.value.code == expected


def test_a_credentials_file_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path))
    found = _refused(_at("http://127.0.0.1:9"))
    assert type(found) is AuthError
    assert "GOOGLE_APPLICATION_CREDENTIALS" in found.advice


def test_the_wait_that_a_busy_server_asks_for_is_kept() -> None:
    busy = Raw(503, "{}", {"Retry-After": "7"})
    with serving({"projects.get": [busy, {"name": PROJECT}]}) as canned:
        canned.calls.read("projects.get", lambda: _get(canned.calls))
    (waited,) = canned.pauses
    assert waited >= 7.0


def test_a_detail_that_no_row_knows_does_not_hide_the_reason() -> None:
    """As Google says that the project to bill is not ours to use."""
    body = {
        "error": {
            "code": 403,
            "message": "Caller does not have required permission to use project shop.",
            "errors": [{"message": "Caller may not.", "domain": "global", "reason": "forbidden"}],
            "status": "PERMISSION_DENIED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "USER_PROJECT_DENIED",
                    "domain": "googleapis.com",
                }
            ],
        }
    }
    with serving({"projects.get": [Raw(403, json.dumps(body))]}) as canned:
        found = _refused(canned.calls)
    assert (type(found), found.code) == (AuthError, "USER_PROJECT_DENIED")
    assert found.advice
