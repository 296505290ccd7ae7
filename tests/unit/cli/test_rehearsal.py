"""Pointing a process at the sandbox, and at nothing else."""

from __future__ import annotations

import os

import pytest

from orchestrator.cli import rehearsal
from orchestrator.reporting.sink import Recorder


class Stand:
    """A sandbox that runs, as far as its environment goes."""

    def env(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "made-up"}


def test_nothing_of_the_real_cloud_is_left_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_EC2", "AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    monkeypatch.setattr(rehearsal, "open_sandbox", Stand)

    rehearsal.point_at_sandbox(Recorder(), start=False)

    left = {name: os.environ[name] for name in os.environ if name.startswith("AWS_")}
    assert left == Stand().env()
    for name in left:
        monkeypatch.delenv(name)
