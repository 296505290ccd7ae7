"""A rehearsal reaches the clouds of this machine and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.app.rehearsed import rehearsed
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.spec.model import Project, Size, Ssh, Target
from providers.contract.types import Place, ProviderSettings

PROJECT = Project(
    name="shop",
    environment="production",
    file=Path("longshore.yaml"),
    compose_file=Path("compose.yaml"),
    directory=Path(),
    targets=(
        Target(
            name="us",
            provider="aws",
            region="us-east-1",
            size=Size(cpu=2),
            elsewhere=(Place("gcp", "us-west1"), Place("azure", "eastus")),
        ),
    ),
    services=(),
    volumes=(),
    placement={},
    ssh=Ssh(ssh_from=("203.0.113.0/24",)),
    providers=(
        ProviderSettings("aws", endpoint="https://real.example", profile="work"),
        ProviderSettings("gcp", project="acme"),
        ProviderSettings("azure", subscription="0-1", group="acme"),
    ),
)
SANDBOX = {
    "LONGSHORE_AWS_ENDPOINT": "http://127.0.0.1:1",
    "LONGSHORE_GCP_ENDPOINT": "http://127.0.0.1:1",
    "LONGSHORE_AZURE_ENDPOINT": "https://127.0.0.1:2",
    "LONGSHORE_AZURE_CA": "/sandbox/ca.pem",
    "LONGSHORE_ECHO_URL": "http://127.0.0.1:1/address",
}


def test_every_cloud_of_every_place_is_the_sandboxs() -> None:
    found = rehearsed(PROJECT, SANDBOX)
    echo = SANDBOX["LONGSHORE_ECHO_URL"]
    assert found.providers == (
        ProviderSettings("aws", endpoint="http://127.0.0.1:1", echo_url=echo),
        ProviderSettings(
            "azure", endpoint="https://127.0.0.1:2", ca="/sandbox/ca.pem", echo_url=echo
        ),
        ProviderSettings("gcp", endpoint="http://127.0.0.1:1", echo_url=echo),
    )
    assert found.ssh.ssh_from == "auto"


@pytest.mark.parametrize("name", ["AWS", "GCP", "AZURE"])
def test_a_cloud_that_the_sandbox_does_not_have_is_refused(name: str) -> None:
    environ = {key: value for key, value in SANDBOX.items() if name not in key}
    with pytest.raises(LongshoreError, match=f"the sandbox has no {name.lower()}") as caught:
        rehearsed(PROJECT, environ)
    assert caught.value.exit_code == ExitCode.BAD_INPUT
