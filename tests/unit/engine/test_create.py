"""The exact body of the create call for every setting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orchestrator.engine.create import ContainerRequest, clears_command, create_body
from orchestrator.engine.labels import Scope
from orchestrator.spec.model import (
    EnvVar,
    Healthcheck,
    Mount,
    Port,
    Resources,
    Restart,
    Service,
)

SCOPE = Scope("shop", "production")
IMAGE = "sha256:" + "a" * 64


def request(**settings: Any) -> ContainerRequest:
    return ContainerRequest(SCOPE, Service("web", **settings), "r1", IMAGE, source="build:abc")


def body(**settings: Any) -> dict[str, Any]:
    return dict(create_body(request(**settings)))


def test_the_least_there_is() -> None:
    assert body() == {
        "Image": IMAGE,
        "Labels": {
            "longshore-project": "shop",
            "longshore-environment": "production",
            "longshore-service": "web",
            "longshore-release": "r1",
            "longshore-config": request().config_hash,
            "longshore-source": "build:abc",
        },
        "HostConfig": {
            "NetworkMode": "shop-production",
            "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        },
        "NetworkingConfig": {"EndpointsConfig": {"shop-production": {"Aliases": ["web"]}}},
    }


@pytest.mark.parametrize(
    ("settings", "added"),
    [
        ({"command": ("a", "b c")}, {"Cmd": ["a", "b c"]}),
        ({"entrypoint": ("e",)}, {"Entrypoint": ["e"]}),
        ({"entrypoint": (), "command": ("a",)}, {"Entrypoint": [""], "Cmd": ["a"]}),
        ({"user": "1000:1000"}, {"User": "1000:1000"}),
        ({"working_dir": "/srv"}, {"WorkingDir": "/srv"}),
        (
            {"environment": (EnvVar("A", "1"), EnvVar("B", "x=y z", secret=True))},
            {"Env": ["A=1", "B=x=y z"]},
        ),
        (
            {"healthcheck": Healthcheck(("CMD", "t"), 1.5, 0.25, 10, 4)},
            {
                "Healthcheck": {
                    "Test": ["CMD", "t"],
                    "Interval": 1_500_000_000,
                    "Timeout": 250_000_000,
                    "StartPeriod": 10_000_000_000,
                    "Retries": 4,
                }
            },
        ),
        ({"healthcheck": Healthcheck(disabled=True)}, {"Healthcheck": {"Test": ["NONE"]}}),
    ],
)
def test_settings_of_the_container(settings: dict[str, Any], added: dict[str, Any]) -> None:
    made = body(**settings)
    assert {key: made[key] for key in added} == added
    assert set(made) - set(added) == set(body())


@pytest.mark.parametrize(
    ("settings", "added"),
    [
        (
            {"restart": Restart("on-failure", 3)},
            {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        ),
        (
            {"resources": Resources(Decimal("0.5"), 64, 32, 10)},
            {"NanoCpus": 500_000_000, "Memory": 64, "MemoryReservation": 32, "PidsLimit": 10},
        ),
        (
            {
                "mounts": (
                    Mount("volume", "data", "/data"),
                    Mount("volume", None, "/anonymous", read_only=True),
                    Mount("tmpfs", None, "/tmp"),
                    Mount("bind", "/etc/ssl", "/ssl", read_only=True),
                    Mount("bind", "/srv", "/srv"),
                )
            },
            {
                "Binds": ["/etc/ssl:/ssl:ro", "/srv:/srv"],
                "Mounts": [
                    {
                        "Type": "volume",
                        "Target": "/data",
                        "Source": "shop-production_data",
                        "VolumeOptions": {"Labels": SCOPE.labels},
                    },
                    {
                        "Type": "volume",
                        "Target": "/anonymous",
                        "ReadOnly": True,
                        "VolumeOptions": {"Labels": SCOPE.labels},
                    },
                    {"Type": "tmpfs", "Target": "/tmp"},
                ],
            },
        ),
    ],
)
def test_settings_of_the_host(settings: dict[str, Any], added: dict[str, Any]) -> None:
    host = body(**settings)["HostConfig"]
    assert {key: host[key] for key in added} == added
    assert set(host) - set(added) <= set(body()["HostConfig"])


def test_ports() -> None:
    ports = (
        Port(80, 8080),
        Port(80, 8081, host_ip="127.0.0.1"),
        Port(53, 53, protocol="udp"),
        Port(9, None),
    )
    made = body(ports=ports)
    assert made["ExposedPorts"] == {"80/tcp": {}, "53/udp": {}, "9/tcp": {}}
    assert made["HostConfig"]["PortBindings"] == {
        "80/tcp": [
            {"HostIp": "", "HostPort": "8080"},
            {"HostIp": "127.0.0.1", "HostPort": "8081"},
        ],
        "53/udp": [{"HostIp": "", "HostPort": "53"}],
        "9/tcp": [{"HostIp": "", "HostPort": ""}],
    }


def test_our_labels_stand_above_the_services_own() -> None:
    made = body(labels=(("longshore-project", "other"), ("mine", "1")))
    assert made["Labels"]["longshore-project"] == "shop"
    assert made["Labels"]["mine"] == "1"


def test_a_cleared_command_keeps_the_images_entrypoint() -> None:
    cleared = request(command=())
    assert clears_command(cleared.service)
    made = create_body(cleared, image_entrypoint=("/entry",))
    assert (made["Cmd"], made["Entrypoint"]) == ([], ["/entry"])
    assert not clears_command(request(command=("a",)).service)


def test_an_image_may_go_by_another_name_there() -> None:
    assert create_body(request(), image="longshore/delivered:1")["Image"] == "longshore/delivered:1"
