"""The SDK's clients: one pipeline, without what the SDK would do by itself."""

from __future__ import annotations

import sys

import pytest

from providers.azure import create
from providers.azure.calls import Calls
from providers.azure.clients import Clients
from providers.contract.errors import (
    AuthError,
    InvalidRequestError,
    NotInstalledError,
    TransientError,
)
from providers.contract.retry import ignore_retry
from providers.contract.types import Owner, ProviderSettings
from tests.unit.azure.canned import SUBSCRIPTION, Canned, FakeCredential, arm_error

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
