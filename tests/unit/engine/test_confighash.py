"""What changes a container's configuration hash, and what does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestrator.engine.confighash import config_hash
from orchestrator.spec.model import (
    Build,
    Dependency,
    EnvVar,
    Healthcheck,
    Mount,
    Port,
    Resources,
    Restart,
    Service,
)

SERVICE = Service(
    "web",
    image="nginx",
    command=("serve",),
    environment=(EnvVar("A", "1"), EnvVar("B", "2", secret=True)),
    ports=(Port(80, 8080), Port(443, 8443)),
    mounts=(Mount("volume", "data", "/data"), Mount("tmpfs", None, "/tmp")),
    restart=Restart("always"),
    healthcheck=Healthcheck(("CMD", "true")),
    labels=(("a", "1"), ("b", "2")),
    resources=Resources(Decimal("0.50"), 64),
)
GOLDEN = "439e2baeb9d19f95d58516b59cd4eef162e22f0a8a17f775de8a6d321debd5df"
GOLDEN_LEAST = "2e72b89d5a400f0986a23049fd2e1976a0b121925c39947ddc804f1624eb050e"


def test_it_is_the_same_in_every_version() -> None:
    """A change here replaces every container of every user: count SCHEME up and mean it."""
    assert config_hash(SERVICE, "nginx") == GOLDEN
    assert config_hash(Service("web"), "nginx") == GOLDEN_LEAST


@pytest.mark.parametrize(
    "same",
    [
        {"environment": tuple(reversed(SERVICE.environment))},
        {"environment": (EnvVar("A", "1", secret=True), EnvVar("B", "2"))},
        {"labels": tuple(reversed(SERVICE.labels))},
        {"ports": tuple(reversed(SERVICE.ports))},
        {"mounts": tuple(reversed(SERVICE.mounts))},
        {"depends_on": (Dependency("db"),)},
        {"image": "other"},
        {"build": Build(Path("/x"))},
        {"resources": Resources(Decimal("0.5"), 64)},
        {"healthcheck": Healthcheck(("CMD", "true"), interval=30)},
    ],
)
def test_what_makes_no_difference(same: dict[str, Any]) -> None:
    assert config_hash(replace(SERVICE, **same), "nginx") == config_hash(SERVICE, "nginx")


CHANGES: list[dict[str, Any]] = [
    {"name": "api"},
    {"command": None},
    {"command": ()},
    {"command": ("serve", "")},
    {"entrypoint": ()},
    {"entrypoint": ("e",)},
    {"environment": (EnvVar("A", "1"), EnvVar("B", "3", secret=True))},
    {"environment": ()},
    {"ports": (Port(80, 8080), Port(443, 8443, "udp"))},
    {"ports": (Port(80, 8080), Port(443, 8443, host_ip="127.0.0.1"))},
    {"ports": (Port(80, None), Port(443, 8443))},
    {"mounts": (Mount("volume", "data", "/data", read_only=True), SERVICE.mounts[1])},
    {"mounts": (Mount("bind", "/data", "/data"), SERVICE.mounts[1])},
    {"restart": Restart("on-failure", 1)},
    {"restart": Restart("on-failure", 2)},
    {"healthcheck": None},
    {"healthcheck": Healthcheck(disabled=True)},
    {"healthcheck": Healthcheck(("CMD", "true"), interval=31)},
    {"healthcheck": Healthcheck(("CMD", "true"), retries=4)},
    {"labels": (("a", "1"),)},
    {"user": "root"},
    {"working_dir": "/"},
    {"resources": Resources(Decimal("0.5"), 65)},
    {"resources": Resources(Decimal("0.5"), 64, 32)},
    {"resources": Resources(Decimal("0.5"), 64, None, 5)},
]


def test_every_difference_makes_another_hash() -> None:
    hashes = [config_hash(replace(SERVICE, **change), "nginx") for change in CHANGES]
    hashes += [config_hash(SERVICE, "nginx"), config_hash(SERVICE, "nginx:2")]
    assert len(set(hashes)) == len(hashes)
