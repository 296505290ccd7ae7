"""The clients: one set of credentials, one pool of connections, our endpoint everywhere."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from providers.contract.errors import AuthError
from providers.contract.retry import ignore_retry
from providers.contract.types import ProviderSettings
from providers.gcp import create
from providers.gcp.calls import Calls
from providers.gcp.client import Clients
from providers.gcp.sdk import SERVICES
from tests.unit.gcp.canned import REGION, operation, serving

PROJECT_ANSWER = {"name": "shop-project", "quotas": []}


def test_a_service_account_signs_its_tokens_itself() -> None:
    with serving({"projects.get": [PROJECT_ANSWER]}) as canned:
        found = create(canned.settings, REGION).preflight()
    assert (found.account, found.principal) == (
        "shop-project",
        "deployer@shop-project.iam.gserviceaccount.com",
    )
    (sent,) = canned.sent
    assert sent.headers["authorization"].startswith("Bearer eyJ")


@pytest.mark.parametrize(
    ("settings", "environment", "project"),
    [
        ("named", "other", "named"),
        (None, "from-environment", "from-environment"),
        (None, None, "project-of-the-account"),
    ],
)
def test_which_project(
    settings: str | None,
    environment: str | None,
    project: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if environment is not None:
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", environment)
    assert Clients(ProviderSettings("gcp", project=settings), REGION).project == project


def test_no_project_at_all(monkeypatch: pytest.MonkeyPatch, service_account: Path) -> None:
    held = json.loads(service_account.read_text())
    del held["project_id"]
    path = service_account.parent / "without.json"
    path.write_text(json.dumps(held))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv("PATH", "/nonexistent")
    calls = Calls(Clients(ProviderSettings("gcp"), REGION), ignore_retry)
    with pytest.raises(AuthError) as caught:
        calls.read("projects.get", lambda: calls.project)
    assert "GOOGLE_CLOUD_PROJECT" in caught.value.advice


def test_all_clients_share_connections_and_go_to_our_endpoint() -> None:
    with serving({}) as canned:
        made = [getattr(canned.calls.clients, service) for service in SERVICES]
        adapters = {id(client.transport._session.get_adapter("https://x")) for client in made}
        assert len(adapters) == 1
        assert {client.transport._host for client in made} == {canned.settings.endpoint}
        again = [getattr(canned.calls.clients, service) for service in SERVICES]
        assert all(one is other for one, other in zip(made, again, strict=True))


def test_the_ca_of_the_settings_is_the_one_that_counts(
    monkeypatch: pytest.MonkeyPatch, service_account: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent/bundle.pem")
    asked: list[object] = []

    def send(*arguments: object, **_: object) -> None:
        asked.append(arguments[4])
        raise OSError

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send)
    settings = ProviderSettings(
        "gcp", endpoint="https://127.0.0.1:9", ca=str(service_account), project="p"
    )
    clients = Clients(settings, REGION)
    with pytest.raises(OSError):
        clients.projects.get(project="p", retry=None, timeout=1.0)
    assert asked == [str(service_account)]


def test_an_answer_that_does_not_come_is_not_waited_for_longer() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        clients = Clients(ProviderSettings("gcp", endpoint=endpoint, project="p"), REGION)
        from requests.exceptions import ReadTimeout

        with pytest.raises(ReadTimeout):
            clients.projects.get(project="p", retry=None, timeout=0.1)


def test_how_far_the_clock_is_off_is_heard_from_answers() -> None:
    with serving({"projects.get": [PROJECT_ANSWER]}) as canned:
        assert canned.calls.clients.skew is None
        canned.calls.clients.projects.get(project="p", retry=None, timeout=5.0)
        skew = canned.calls.clients.skew
    assert skew is not None and abs(skew) < 30


def test_operations_are_waited_for_at_our_endpoint_too() -> None:
    with serving({"zoneOperations.wait": [operation()]}) as canned:
        canned.calls.clients.zone_operations.wait(
            project="p", zone="z", operation="o", retry=None, timeout=5.0
        )
    assert canned.operations == ["zoneOperations.wait"]
