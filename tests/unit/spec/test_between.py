"""`between`: ports for the machines of the environment alone."""

from __future__ import annotations

import pytest
import yaml

from orchestrator.spec.model import Opening, Port
from orchestrator.spec.resolved import render_resolved

TARGET = "target: {provider: aws, region: us-east-1, size: t3.small}"
COMPOSE = """
services:
  db:
    image: postgres:17
    ports: ["5432:5432", "53:53/udp", "127.0.0.1:9000:9000"]
"""


def written(between: str) -> str:
    return f"name: shop\n{TARGET}\nbetween: {between}\n"


@pytest.mark.parametrize(
    ("between", "openings"),
    [
        ("[5432]", (Opening(5432),)),
        ("['5432/tcp', 53/udp, 5432]", (Opening(5432), Opening(53, "udp"))),
        ("[]", ()),
    ],
)
def test_the_ports(files, between: str, openings: tuple[Opening, ...]) -> None:
    project = files.load(written(between), COMPOSE)
    assert project.between == openings
    assert yaml.safe_load(render_resolved(project))["between"] == list(map(str, openings))


def test_without_the_key_there_is_neither_a_name_nor_a_port(files) -> None:
    project = files.load(f"name: shop\n{TARGET}\n", COMPOSE)
    assert project.between is None
    assert not project.is_between(Port(5432, 5432))


def test_a_port_is_known_by_what_is_published_and_its_protocol(files) -> None:
    project = files.load(written("[5432]"), COMPOSE)
    assert project.is_between(Port(80, 5432))
    assert not project.is_between(Port(5432, 5432, "udp"))
    assert not project.is_between(Port(5432, 5433))


@pytest.mark.parametrize(
    ("between", "message"),
    [
        (
            "[5433]",
            "3:11: between[0]: no service publishes 5433/tcp; publish it under 'ports' of "
            "a service, or remove it",
        ),
        (
            "[9000]",
            "3:11: between[0]: no service publishes 9000/tcp; publish it under 'ports' of "
            "a service, or remove it",
        ),
        ("[22]", "3:11: between[0]: port 22 is the machine's own SSH; remove it"),
        (
            "[5432/sctp]",
            "3:11: between[0]: expected a port such as 5432, 5432/tcp or 53/udp, not '5432/sctp'",
        ),
        ("[0]", "3:11: between[0]: expected a port such as 5432, 5432/tcp or 53/udp, not 0"),
        ("5432", "3:10: between: expected a list of ports; [] for names alone, not 5432"),
    ],
)
def test_what_is_wrong(files, between: str, message: str) -> None:
    assert files.complaints(written(between), COMPOSE) == [f"longshore.yaml:{message}"]


def test_a_service_cannot_have_the_name_of_a_machine(files) -> None:
    compose = COMPOSE.replace("db:", "main-1:")
    (said,) = files.complaints(written("[5432]"), compose)
    assert "service 'main-1' has the name of a machine" in said


def test_it_belongs_to_one_environment(files) -> None:
    (said,) = files.complaints(
        f"name: shop\nbetween: []\nenvironments:\n  production:\n    {TARGET}\n", COMPOSE
    )
    assert "stands beside 'environments'" in said


def test_whoever_has_no_services_can_still_read_it(files) -> None:
    from orchestrator.spec import load_project

    file = files.write(written("[5432]"), COMPOSE)
    project = load_project(file, environment=None, environ={}, services=False)
    assert project.between == (Opening(5432),)
