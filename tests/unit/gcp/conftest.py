"""Credentials made for the tests: a service account's file, whose tokens are signed here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from providers.gcp import sdk


@pytest.fixture(autouse=True, scope="session")
def loaded() -> None:
    """As the provider does before anything else: most tests here are about what is inside of
    it, where threads name the SDK's types side by side."""
    sdk.load()


@pytest.fixture(scope="session")
def service_account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("google") / "account.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": "project-of-the-account",
                "private_key_id": "1",
                "private_key": text.decode(),
                "client_email": "deployer@shop-project.iam.gserviceaccount.com",
                "client_id": "1",
                # Nothing listens there: a token endpoint must never be asked.
                "token_uri": "http://127.0.0.1:9/token",
            }
        )
    )
    return path


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, service_account: Path) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(service_account.parent / "gcloud"))
    for name in ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
