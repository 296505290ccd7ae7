"""TLS by the sandbox's own authority, tokens by its managed identity, consoles by link."""

from __future__ import annotations

import json
import ssl
import stat
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509

from providers.sandbox.arm.account import account_of
from providers.sandbox.arm.application import build_arm
from providers.sandbox.arm.identity import PATH, IdentityEndpoint
from providers.sandbox.authority import Authority
from providers.sandbox.azure_environment import az_environment, azure_environment
from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue, parse_faults
from providers.sandbox.home import Home
from providers.sandbox.rest.recorder import Recorder
from providers.sandbox.tls import make_tls_server
from tests.arm_api import os_profile, storage
from tests.paper_hosts import PaperHosts

DIRECT = urllib.request.ProxyHandler({})


@dataclass
class Service:
    home: Home
    port: int
    faults: FaultQueue

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """Status and body of an answer, over TLS that is verified."""
        account = account_of(self.home)
        request = urllib.request.Request(
            path if path.startswith("https") else f"https://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {token or account.tokens.issue('x')[0]}",
                "Content-Type": "application/json",
            },
        )
        trust = ssl.create_default_context(cafile=str(Authority(self.home.folder).certificate))
        opener = urllib.request.build_opener(DIRECT, urllib.request.HTTPSHandler(context=trust))
        try:
            with opener.open(request, timeout=30) as answer:
                said = answer.read()
                self.headers = answer.headers
                return answer.status, said
        except urllib.error.HTTPError as error:
            self.headers = error.headers
            return error.code, error.read()

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{account_of(self.home).subscription}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    return home


@pytest.fixture
def service(home: Home) -> Iterator[Service]:
    faults = FaultQueue()
    log, recorder = ExchangeLog(home.exchanges), Recorder(home.traffic)
    application = build_arm(PaperHosts(), account_of(home), log, faults, recorder)
    server = make_tls_server(application, Authority(home.folder), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Service(home, server.server_port, faults)
    server.shutdown()
    server.server_close()


def test_the_authority_is_made_once_and_its_keys_are_private(home: Home) -> None:
    authority = Authority(home.folder)
    authority.ensure()
    before = {file: file.read_bytes() for file in home.folder.glob("*.pem")}
    assert {file.name for file in before} == {"ca.pem", "ca-key.pem", "server.pem"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in before} == {0o600}
    authority.ensure()
    assert {file: file.read_bytes() for file in before} == before
    authority.chain.unlink()
    authority.ensure()
    assert authority.certificate.read_bytes() == before[authority.certificate]
    assert authority.chain.read_bytes() != before[authority.chain]
    signer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    server = x509.load_pem_x509_certificate(authority.chain.read_bytes())
    server.verify_directly_issued_by(signer)
    limits = signer.extensions.get_extension_for_class(x509.NameConstraints).value
    assert len(limits.permitted_subtrees or ()) == 2


def test_the_api_is_served_over_tls_and_by_no_other_authority(service: Service) -> None:
    status, body = service.ask("GET", "/metadata/endpoints?api-version=2022-09-01")
    assert status == 200
    assert json.loads(body)["resourceManager"] == f"https://127.0.0.1:{service.port}/"
    assert service.headers["x-ms-request-id"]
    assert service.headers["x-ms-ratelimit-remaining-subscription-reads"]
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.build_opener(DIRECT).open(f"https://127.0.0.1:{service.port}/", timeout=30)


def test_a_caller_who_says_nothing_holds_up_nobody(service: Service) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", service.port)):
        assert service.ask("GET", "/metadata/endpoints?api-version=2022-09-01")[0] == 200


def test_errors_have_the_form_that_all_of_azure_has(service: Service) -> None:
    status, body = service.ask("GET", f"{service.subscription}/resourceGroups", token="x")
    assert (status, json.loads(body)["error"]["code"]) == (401, "InvalidAuthenticationToken")
    service.faults.replace(
        parse_faults(
            [
                {
                    "action": "resourceGroups.list",
                    "status": 429,
                    "code": "TooManyRequests",
                    "service": "arm",
                }
            ]
        )
    )
    status, body = service.ask(
        "GET", f"{service.subscription}/resourceGroups?api-version=2025-04-01"
    )
    assert (status, json.loads(body)["error"]["code"]) == (429, "TooManyRequests")
    assert service.headers["Retry-After"] == "1"


def test_the_managed_identity_gives_good_tokens_to_those_who_know_the_header(home: Home) -> None:
    account = account_of(home)
    endpoint = IdentityEndpoint(account.tokens, account.header)

    def ask(header: str, **query: str) -> tuple[str, Any]:
        seen: list[str] = []
        environ = {"HTTP_X_IDENTITY_HEADER": header, "QUERY_STRING": urlencode(query)}
        body = b"".join(endpoint(environ, lambda status, headers: seen.append(status)))
        return seen[0][:3], json.loads(body)

    good = {"api-version": "2019-08-01", "resource": "https://management.azure.com/"}
    status, said = ask(account.header, **good)
    assert status == "200"
    assert account.tokens.judge(said["access_token"]) == "good"
    assert account.tokens.judge(said["access_token"] + "x") == "invalid"
    assert ask("guess", **good)[0] == "401"
    assert ask(account.header)[0] == "400"
    assert ask(account.header, **good, client_id="someone")[0] == "400"


def test_the_environment_leads_the_sdk_and_the_command_line(home: Home) -> None:
    found = azure_environment(home, "http://127.0.0.1:1", 2)
    assert found["LONGSHORE_AZURE_ENDPOINT"] == "https://127.0.0.1:2"
    assert found["IDENTITY_ENDPOINT"] == f"http://127.0.0.1:1{PATH}"
    assert found["AZURE_SUBSCRIPTION_ID"] == account_of(home).subscription
    assert "REQUESTS_CA_BUNDLE" not in found
    assert az_environment(found)["REQUESTS_CA_BUNDLE"] == found["LONGSHORE_AZURE_CA"]
    secrets = home.folder / "azure.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert azure_environment(home, "http://127.0.0.1:1", 2) == found


def test_the_console_is_behind_a_link_of_its_own(service: Service) -> None:
    home = f"{service.subscription}/resourceGroups/g"
    compute, network = "api-version=2026-04-01", "api-version=2026-03-01"
    put = ("PUT", f"{home}?api-version=2025-04-01")
    assert service.ask(*put, {"location": "eastus"})[0] == 201
    vnet = f"{home}/providers/Microsoft.Network/virtualNetworks/v"
    space = {"addressPrefixes": ["10.0.0.0/16"]}
    subnet = {"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}
    body: dict[str, Any] = {"addressSpace": space, "subnets": [subnet]}
    service.ask("PUT", f"{vnet}?{network}", {"location": "eastus", "properties": body})
    nic = f"{home}/providers/Microsoft.Network/networkInterfaces/n"
    entry = {"name": "p", "properties": {"subnet": {"id": f"{vnet}/subnets/s"}}}
    machine = f"{home}/providers/Microsoft.Compute/virtualMachines/m"
    profile = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": storage(),
        "osProfile": os_profile(),
        "networkProfile": {"networkInterfaces": [{"id": nic}]},
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
    }

    def until(method: str, path: str, body: Any, wanted: int) -> bytes:
        """Ask again while what came before is still being made."""
        for _ in range(200):
            status, said = service.ask(method, path, body)
            if status == wanted:
                return bytes(said)
            assert status == 429
        raise AssertionError(said)

    interfaces = {"location": "eastus", "properties": {"ipConfigurations": [entry]}}
    until("PUT", f"{nic}?{network}", interfaces, 201)
    until("PUT", f"{machine}?{compute}", {"location": "eastus", "properties": profile}, 201)
    for _ in range(200):
        _, said = service.ask("GET", f"{machine}?{compute}")
        if json.loads(said)["properties"]["provisioningState"] == "Succeeded":
            break
    link = json.loads(service.ask("POST", f"{machine}/retrieveBootDiagnosticsData?{compute}")[1])
    log = link["serialConsoleLogBlobUri"]
    assert service.ask("GET", log)[1].startswith(b"console of vm-")
    assert service.ask("GET", log.replace("sig=", "sig=x"))[0] == 403
    assert service.ask("GET", log.replace("vm-", "vm-x"))[0] == 403
    service.ask("DELETE", f"{machine}?{compute}")
    recorded = service.home.traffic.read_text() + service.home.exchanges.read_text()
    assert "aGVsbG8=" not in recorded
