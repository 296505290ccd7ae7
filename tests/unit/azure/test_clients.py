"""The SDK's clients: one pipeline, without what the SDK would do by itself."""

from __future__ import annotations

import sys

import pytest
from azure.core.credentials import AccessToken

from providers.azure import create
from providers.azure.calls import Calls
from providers.azure.clients import Clients
from providers.contract.errors import (
    AuthError,
    CloudError,
    InvalidRequestError,
    NotInstalledError,
    TransientError,
)
from providers.contract.retry import ignore_retry
from providers.contract.types import Owner, ProviderSettings
from tests.unit.azure.canned import SUBSCRIPTION, Answer, Canned, FakeCredential, arm_error

OWNER = Owner("shop", "production")


def test_a_resource_provider_is_not_registered_behind_the_users_back() -> None:
    unregistered = arm_error("MissingSubscriptionRegistration", "not registered", 409)
    with Canned({"GET virtualMachines/": [unregistered]}) as canned:
        with pytest.raises(AuthError) as caught:
            canned.calls.read(
                "virtualMachines.get",
                lambda: canned.calls.clients.compute.virtual_machines.get("g", "x"),
            )
        assert canned.keys == ["GET virtualMachines/"]
    assert "az provider register" in caught.value.advice


def test_requests_say_who_sends_them_and_carry_the_token() -> None:
    with Canned({}) as canned:
        canned.calls.find(
            "virtualMachines.get",
            lambda: canned.calls.clients.compute.virtual_machines.get("g", "x"),
        )
    headers = canned.sent[0].headers
    assert headers["authorization"] == "Bearer canned"
    assert "longshore" in headers["user-agent"]


def test_all_clients_share_one_connection_pool() -> None:
    clients = Clients(ProviderSettings("azure", subscription=SUBSCRIPTION))
    clients.__dict__["_credential"] = FakeCredential()
    transports = {
        id(client._client._pipeline._transport)  # type: ignore[attr-defined]
        for client in (clients.compute, clients.network, clients.resources)
    }
    assert len(transports) == 1


def test_a_ca_that_is_not_there_is_said_so() -> None:
    settings = ProviderSettings("azure", subscription=SUBSCRIPTION, ca="/nonexistent/ca.pem")
    with pytest.raises(InvalidRequestError, match="no file"):
        create(settings, "westeurope").listing(OWNER)


@pytest.mark.parametrize(
    "missing", ["azure.core.exceptions", "azure.mgmt.compute", "azure.identity", "requests"]
)
def test_the_first_call_names_the_extra(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(NotInstalledError) as caught:
        create(ProviderSettings("azure", subscription=SUBSCRIPTION), "westeurope").listing(OWNER)
    assert "pip install 'longshore[azure]'" in caught.value.advice


def test_nobody_signed_in_is_one_clear_error_and_nothing_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    clients = Clients(
        ProviderSettings("azure", endpoint="http://127.0.0.1:9", subscription=SUBSCRIPTION)
    )
    calls = Calls(clients, "westeurope", ignore_retry, lambda _: None)
    with pytest.raises(AuthError) as caught:
        calls.read("virtualMachines.get", lambda: clients.compute.virtual_machines.get("g", "x"))
    assert "az account show" in caught.value.advice
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "variables",
    [
        {"AZURE_TOKEN_CREDENTIALS": "nothing"},
        {"AZURE_TENANT_ID": "a b", "AZURE_CLIENT_ID": "x", "AZURE_CLIENT_SECRET": "y"},
        {
            "AZURE_TENANT_ID": "t",
            "AZURE_CLIENT_ID": "x",
            "AZURE_CLIENT_CERTIFICATE_PATH": "/nonexistent",
        },
        {"AZURE_AUTHORITY_HOST": "http://login.example"},
    ],
    ids=["chain", "tenant", "certificate", "authority"],
)
def test_variables_that_cannot_be_right_are_an_error_of_the_credentials(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(AuthError, match="cannot be used") as caught:
        create(ProviderSettings("azure", subscription=SUBSCRIPTION), "westeurope").preflight()
    assert "AZURE_" in caught.value.advice


@pytest.mark.parametrize(
    ("status", "expected"), [(400, AuthError), (401, AuthError), (503, TransientError)]
)
def test_a_token_that_is_refused_while_we_work_is_an_error_of_the_credentials(
    status: int, expected: type[CloudError]
) -> None:
    """Its answer is the sign-in service's, whose statuses mean other things than Azure's."""
    from azure.core.exceptions import ClientAuthenticationError

    with Canned({"GET token": [Answer(status, {"error": "invalid_client"})]}) as canned:

        class Refused(FakeCredential):
            def get_token(self, *_: str, **__: object) -> AccessToken:
                import requests
                from azure.core.pipeline.transport import (
                    HttpRequest,
                    RequestsTransportResponse,
                )

                url = f"{canned.endpoint}/x/y/token"
                answer = RequestsTransportResponse(HttpRequest("GET", url), requests.get(url))
                raise ClientAuthenticationError("AADSTS7000215: bad secret", response=answer)

        canned.calls.clients.__dict__["_credential"] = Refused()
        with pytest.raises(expected) as caught:
            canned.calls.once(
                "virtualMachines.get",
                "create",
                lambda: canned.calls.clients.compute.virtual_machines.get("g", "x"),
            )
    if expected is AuthError:
        assert "AADSTS7000215" in caught.value.message


def test_an_endpoint_that_nobody_knows_is_transient_and_not_tried_by_the_sdk() -> None:
    with Canned({}) as canned:
        calls = canned.calls
    with pytest.raises(TransientError):
        calls.once(
            "virtualMachines.get",
            "read",
            lambda: calls.clients.compute.virtual_machines.get("g", "x"),
        )
    assert canned.pauses == []
