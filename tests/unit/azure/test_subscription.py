"""Which subscription, which endpoint, and what a token has to be for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from providers.azure.subscription import endpoint_of, find_subscription, scope_of
from providers.contract.errors import AuthError, InvalidRequestError
from providers.contract.types import ProviderSettings


def settings(**given: str) -> ProviderSettings:
    return ProviderSettings("azure", **given)  # type: ignore[arg-type]


def test_the_settings_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "environment")
    assert find_subscription(settings(subscription="settings")) == "settings"
    assert find_subscription(settings()) == "environment"


def test_the_command_lines_default_is_the_last(tmp_path: Path) -> None:
    folder = tmp_path / "azure"
    folder.mkdir()
    listed = {
        "subscriptions": [
            {"id": "one", "isDefault": False},
            {"id": "two", "isDefault": True},
        ]
    }
    (folder / "azureProfile.json").write_text(json.dumps(listed), "utf-8-sig")
    assert find_subscription(settings()) == "two"


@pytest.mark.parametrize("text", ["", "[]", "not json", '{"subscriptions": [{"id": "x"}]}'])
def test_none_at_all_is_said_with_what_to_do(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "azure"
    folder.mkdir()
    (folder / "azureProfile.json").write_text(text)
    with pytest.raises(AuthError) as caught:
        find_subscription(settings())
    assert "AZURE_SUBSCRIPTION_ID" in caught.value.advice


@pytest.mark.parametrize(
    ("endpoint", "scope"),
    [
        (None, "https://management.azure.com/.default"),
        ("https://arm.corp.example/", "https://management.azure.com/.default"),
        ("https://127.0.0.1:8443", "https://management.azure.com/.default"),
        (
            "https://management.usgovcloudapi.net",
            "https://management.usgovcloudapi.net/.default",
        ),
        ("https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default"),
    ],
)
def test_a_private_endpoint_is_a_way_to_the_public_cloud(endpoint: str | None, scope: str) -> None:
    given = settings() if endpoint is None else settings(endpoint=endpoint)
    assert scope_of(endpoint_of(given)) == scope


def test_no_token_goes_out_in_clear() -> None:
    assert endpoint_of(settings(endpoint="http://127.0.0.1:80")) == "http://127.0.0.1:80"
    for wrong in ("http://arm.corp.example", "arm.corp.example", "ftp://127.0.0.1"):
        with pytest.raises(InvalidRequestError, match="not an https address"):
            endpoint_of(settings(endpoint=wrong))
