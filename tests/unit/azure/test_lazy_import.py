"""Making a provider imports no SDK, and one cloud's provider none of another's."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from providers.contract.provider import provider_factory
from providers.contract.types import ProviderSettings
provider = provider_factory({name!r})(ProviderSettings({name!r}), "somewhere", print)
assert provider.name == {name!r} and provider.abilities
print(" ".join(sorted(sys.modules)))
"""

PREPARED = SCRIPT + "provider.prepare()\nprint(' '.join(sorted(sys.modules)))\n"

NOBODY = {"AZURE_SUBSCRIPTION_ID": "x", "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}
"""Surroundings in which a sign-in fails at once, without asking the network."""


def modules(script: str, name: str, environment: dict[str, str] | None = None) -> list[set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", script.format(name=name)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environment,
    )
    return [set(line.split()) for line in done.stdout.splitlines()]


def of(loaded: set[str], *packages: str) -> set[str]:
    return {name for name in loaded if name.partition(".")[0] in packages}


def test_making_a_provider_imports_no_sdk() -> None:
    (loaded,) = modules(SCRIPT, "azure")
    assert not of(loaded, "azure", "msal", "requests", "urllib3", "cryptography")


def test_azure_loads_nothing_of_another_cloud() -> None:
    _, loaded = modules(PREPARED, "azure", NOBODY)
    assert "azure.mgmt.compute" in loaded
    assert not of(loaded, "boto3", "botocore", "google")
    assert not {name for name in loaded if name.startswith(("providers.aws", "providers.gcp"))}


def test_aws_loads_nothing_of_azure() -> None:
    _, loaded = modules(PREPARED, "aws", {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"})
    assert "botocore" in loaded
    assert not of(loaded, "azure", "msal")
    assert not {name for name in loaded if name.startswith("providers.azure")}
