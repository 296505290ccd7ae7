"""The docker command as it is run."""

from __future__ import annotations

from pathlib import Path

from orchestrator.images.buildkit import buildkit_command, buildkit_environment
from orchestrator.spec.model import Build, EnvVar

BUILD = Build(
    Path("/app"),
    args=(EnvVar("VERSION", "1"), EnvVar("TOKEN", "canary", secret=True)),
    target="final",
)


def test_the_exact_command() -> None:
    command = buildkit_command(
        BUILD, dockerfile=Path("/t/Dockerfile"), tag="shop/web:1", platform="linux/arm64"
    )
    assert command == [
        "docker",
        "build",
        "--progress",
        "plain",
        "--load",
        "--provenance=false",
        "--platform",
        "linux/arm64",
        "--tag",
        "shop/web:1",
        "--file",
        "/t/Dockerfile",
        "--target",
        "final",
        "--build-arg",
        "VERSION",
        "--build-arg",
        "TOKEN",
        "/app",
    ]
    assert "canary" not in " ".join(command)


def test_values_go_by_the_environment_and_the_engine_is_the_same() -> None:
    made = buildkit_environment(BUILD, {"PATH": "/bin", "DOCKER_HOST": "x"}, "unix:///run/d.sock")
    assert made == {
        "PATH": "/bin",
        "DOCKER_HOST": "unix:///run/d.sock",
        "DOCKER_BUILDKIT": "1",
        "BUILDKIT_PROGRESS": "plain",
        "VERSION": "1",
        "TOKEN": "canary",
    }
