"""Settings of providers: each provider's own, and no other's."""

from __future__ import annotations

import pytest

from orchestrator.spec.resolved import resolved_document
from providers.contract.types import ProviderSettings

TARGET = "target: {provider: aws, region: us-east-1, size: {cpu: 2}}"


@pytest.fixture(autouse=True)
def clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    there = ("aws", "azure", "gcp", "hetzner")
    monkeypatch.setattr("providers.contract.registry.provider_names", lambda: there)


def written(settings: str, target: str = TARGET) -> str:
    return f"name: shop\n{target}\nproviders:\n  {settings}\n"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("gcp: {project: acme-1}", ProviderSettings("gcp", project="acme-1")),
        (
            "azure: {subscription: 0-1, group: acme}",
            ProviderSettings("azure", subscription="0-1", group="acme"),
        ),
        (
            "hetzner: {options: {token_file: t, rounds: 3, x-note: no}}",
            ProviderSettings("hetzner", options={"token_file": "t", "rounds": "3"}),
        ),
    ],
)
def test_each_has_its_own(files, settings: str, expected: ProviderSettings) -> None:
    project = files.load(written(settings))
    assert project.providers == (ProviderSettings("aws"), expected)
    shown = resolved_document(project)["providers"]
    assert isinstance(shown, dict)
    assert list(shown) == ["aws", expected.name]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            "aws: {project: acme-1}",
            "longshore.yaml:4:9: providers.aws.project: aws has no such setting; "
            "it takes endpoint, ca, echo_url, profile",
        ),
        (
            "gcp: {group: acme}",
            "longshore.yaml:4:9: providers.gcp.group: gcp has no such setting; "
            "it takes endpoint, ca, echo_url, project",
        ),
        (
            "azure: {options: {a: b}}",
            "longshore.yaml:4:11: providers.azure.options: azure has no such setting; "
            "it takes endpoint, ca, echo_url, subscription, group",
        ),
        (
            "hetzner: {project: acme-1}",
            "longshore.yaml:4:13: providers.hetzner.project: hetzner has no such setting; "
            "it takes endpoint, ca, echo_url, profile, options",
        ),
    ],
)
def test_what_would_do_nothing_is_a_mistake(files, settings: str, message: str) -> None:
    assert files.complaints(written(settings)) == [message]


def test_the_provider_of_a_later_place_has_settings_too(files) -> None:
    target = "target: {provider: [aws, gcp], region: [us-east-1, us-west1], size: {cpu: 2}}"
    project = files.load(
        f"name: shop\n{target}\n", environ={"LONGSHORE_ECHO_URL": "http://127.0.0.1:9/"}
    )
    assert [(s.name, s.echo_url) for s in project.providers] == [
        ("aws", "http://127.0.0.1:9/"),
        ("gcp", "http://127.0.0.1:9/"),
    ]


@pytest.mark.parametrize(
    ("settings", "endpoint", "ca"),
    [
        ("gcp: {project: acme-1}", "http://127.0.0.1:1", "/sandbox/ca.pem"),
        ("gcp: {endpoint: 'https://gcp.example'}", "https://gcp.example", None),
    ],
)
def test_the_surroundings_fill_in_what_the_file_leaves_out(
    files, settings: str, endpoint: str, ca: str | None
) -> None:
    environ = {
        "LONGSHORE_GCP_ENDPOINT": "http://127.0.0.1:1",
        "LONGSHORE_GCP_CA": "/sandbox/ca.pem",
        "LONGSHORE_SERVERS_ENDPOINT": "http://127.0.0.1:2",
    }
    found = files.load(written(settings), environ=environ).providers
    assert [(s.name, s.endpoint, s.ca) for s in found] == [
        ("aws", None, None),
        ("gcp", endpoint, ca),
    ]
