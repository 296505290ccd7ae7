"""Pointing a process at the sandbox, and at nothing else."""

from __future__ import annotations

import os

import pytest

from orchestrator.cli import rehearsal
from orchestrator.reporting.sink import Recorder

REAL = (
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "GOOGLE_CLOUD_QUOTA_PROJECT",
    "GCLOUD_PROJECT",
    "GCE_METADATA_HOST",
    "NO_GCE_CHECK",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "ARM_SUBSCRIPTION_ID",
    "IDENTITY_HEADER",
    "MSI_ENDPOINT",
    "IMDS_ENDPOINT",
    "LONGSHORE_AZURE_ENDPOINT",
    "LONGSHORE_AZURE_CA",
)


class Stand:
    """A sandbox that runs, as far as its environment goes."""

    def env(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_ACCESS_KEY_ID": "made-up",
            "GOOGLE_APPLICATION_CREDENTIALS": "/sandbox/google.json",
            "LONGSHORE_GCP_ENDPOINT": "http://127.0.0.1:1",
            "AZURE_SUBSCRIPTION_ID": "made-up",
            "IDENTITY_ENDPOINT": "http://127.0.0.1:1/token",
        }


def test_nothing_of_the_real_cloud_is_left_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = dict.fromkeys(("HOME_AWS", "GOOGLER", "LONGSHORE_ECHO_URL", "ARMY"), "kept")
    for name in (*REAL, *Stand().env()):
        monkeypatch.setenv(name, "real")
    for name in before:
        monkeypatch.setenv(name, "kept")
    monkeypatch.setattr(rehearsal, "open_sandbox", Stand)

    rehearsal.point_at_sandbox(Recorder(), start=False)

    left = {name: os.environ[name] for name in (*REAL, *Stand().env()) if name in os.environ}
    assert left == Stand().env()
    assert {name: os.environ[name] for name in before} == before
