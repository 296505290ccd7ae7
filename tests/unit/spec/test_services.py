"""Each honoured key of a service, from the file to the model."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from orchestrator.spec.model import (
    Build,
    Dependency,
    EnvVar,
    Healthcheck,
    Mount,
    Resources,
    Restart,
    Service,
)
from orchestrator.spec.units import GIB, MIB

Make = Callable[..., Service]


def test_the_defaults(service: Make) -> None:
    assert service("") == Service(name="web", image="nginx")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("command:", None),
        ("command: null", None),
        ("command: []", ()),
        ("command: ''", ()),
        ("command: npm run start", ("npm", "run", "start")),
        ("command: sh -c 'echo \"a b\"'", ("sh", "-c", 'echo "a b"')),
        ("command: [sh, -c, echo a b]", ("sh", "-c", "echo a b")),
        ("command: [sleep, 5, 1.50, true]", ("sleep", "5", "1.50", "true")),
        ("command: echo $$HOME", ("echo", "$HOME")),
    ],
)
def test_command_and_entrypoint(service: Make, written: str, words: object) -> None:
    assert service(written).command == words
    assert service(written.replace("command", "entrypoint")).entrypoint == words


def test_environment_as_a_mapping(service: Make) -> None:
    made = service(
        """
        environment:
          TEXT: hello
          NUMBER: 5
          VERSION: 1.10
          YES: yes
          TRUE: true
          EMPTY: ""
          PASSED:
        """,
        environ={"PASSED": "p"},
    )
    assert made.environment == (
        EnvVar("TEXT", "hello"),
        EnvVar("NUMBER", "5"),
        EnvVar("VERSION", "1.10"),
        EnvVar("YES", "yes"),
        EnvVar("TRUE", "true"),
        EnvVar("EMPTY", ""),
        EnvVar("PASSED", "p", secret=True),
    )


def test_environment_as_a_list(service: Make) -> None:
    made = service('environment: [A=1, B=x=y, C=, "D", A=2]', environ={"D": "d"})
    assert made.environment == (
        EnvVar("A", "2"),
        EnvVar("B", "x=y"),
        EnvVar("C", ""),
        EnvVar("D", "d", secret=True),
    )


def test_env_files_in_order_under_the_environment(files) -> None:
    project = files.load(
        compose="""
        services:
          web:
            image: nginx
            env_file:
              - one.env
              - path: two.env
                required: true
              - {path: absent.env, required: false}
            environment: {C: written}
        """,
        **{"one.env": "A=1\nB=1\nC=1\n", "two.env": "B=2\n"},
    )
    values = {v.name: v.value for v in project.services[0].environment}
    assert values == {"A": "1", "B": "2", "C": "written"}


@pytest.mark.parametrize(
    ("written", "mount"),
    [
        ("data:/var/lib", Mount("volume", "data", "/var/lib")),
        ("data:/var/lib:ro", Mount("volume", "data", "/var/lib", True)),
        ("data:/var/lib:rw", Mount("volume", "data", "/var/lib")),
        ("/etc/ssl:/ssl:ro", Mount("bind", "/etc/ssl", "/ssl", True)),
        ("/cache", Mount("volume", None, "/cache")),
        ("{type: volume, source: data, target: /d}", Mount("volume", "data", "/d")),
        ("{type: volume, target: /d}", Mount("volume", None, "/d")),
        ("{type: tmpfs, target: /tmp}", Mount("tmpfs", None, "/tmp")),
        (
            "{type: bind, source: /etc, target: /e, read_only: true}",
            Mount("bind", "/etc", "/e", True),
        ),
    ],
)
def test_volumes(service: Make, written: str, mount: Mount) -> None:
    made = service(f"volumes:\n  - {written}", top="volumes: {data: }")
    assert made.mounts == (mount,)


@pytest.mark.parametrize(
    ("written", "restart"),
    [
        ("no", Restart("no")),
        ('"no"', Restart("no")),
        ("always", Restart("always")),
        ("unless-stopped", Restart("unless-stopped")),
        ("on-failure", Restart("on-failure")),
        ("on-failure:3", Restart("on-failure", 3)),
    ],
)
def test_restart(service: Make, written: str, restart: Restart) -> None:
    assert service(f"restart: {written}").restart == restart


@pytest.mark.parametrize(
    ("written", "check"),
    [
        ("{test: curl -f localhost}", Healthcheck(("CMD-SHELL", "curl -f localhost"))),
        ("{test: [CMD, curl, localhost]}", Healthcheck(("CMD", "curl", "localhost"))),
        ("{test: [CMD-SHELL, curl x || exit 1]}", Healthcheck(("CMD-SHELL", "curl x || exit 1"))),
        ("{test: [NONE]}", Healthcheck(disabled=True)),
        ("{disable: true}", Healthcheck(disabled=True)),
        ("{interval: 1m30s, retries: 5}", Healthcheck((), interval=90.0, retries=5)),
        (
            "{test: x, interval: 5s, timeout: 500ms, start_period: 1m, retries: '2'}",
            Healthcheck(("CMD-SHELL", "x"), 5.0, 0.5, 60.0, 2),
        ),
    ],
)
def test_healthcheck(service: Make, written: str, check: Healthcheck) -> None:
    assert service(f"healthcheck: {written}").healthcheck == check


@pytest.mark.parametrize(
    ("written", "resources"),
    [
        ("mem_limit: 512m", Resources(memory=512 * MIB)),
        ("mem_limit: 1073741824", Resources(memory=GIB)),
        ("mem_limit: 1g\nmem_reservation: 512m", Resources(None, GIB, 512 * MIB)),
        ("cpus: 0.5", Resources(cpus=Decimal("0.5"))),
        ("pids_limit: 100", Resources(pids=100)),
        ("pids_limit: -1", Resources()),
        (
            "deploy: {resources: {limits: {cpus: '0.50', memory: 50M, pids: 10},"
            " reservations: {memory: 20M}}}",
            Resources(Decimal("0.50"), 50 * MIB, 20 * MIB, 10),
        ),
        (
            "mem_limit: 50m\ndeploy: {resources: {limits: {memory: 50M}}}",
            Resources(memory=50 * MIB),
        ),
    ],
)
def test_resources(service: Make, written: str, resources: Resources) -> None:
    assert service(written).resources == resources


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ("{a: b, n: 1, t: true, e: }", (("a", "b"), ("n", "1"), ("t", "true"), ("e", ""))),
        ("[a=b, c, d=e=f]", (("a", "b"), ("c", ""), ("d", "e=f"))),
        ("{com.example.team: shop}", (("com.example.team", "shop"),)),
    ],
)
def test_labels(service: Make, written: str, labels: object) -> None:
    assert service(f"labels: {written}").labels == labels


def test_user_and_working_dir(service: Make) -> None:
    made = service("user: 1000\nworking_dir: /srv/app")
    assert (made.user, made.working_dir) == ("1000", "/srv/app")
    assert service("user: app:app").user == "app:app"


def test_extension_fields_are_free(service: Make) -> None:
    made = service(
        "x-note: anything ${goes}\nenvironment: {A: b, x-c: d}\nhealthcheck: {test: x, x-y: 1}",
        top="x-top: [1, {a: b}]",
    )
    assert made.environment == (EnvVar("A", "b"),)


def test_build(files, tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Prod.Dockerfile").write_text("FROM scratch\n")
    compose = """
    services:
      web:
        build: .
        image: shop/web:1
      api:
        build:
          context: ./api
          dockerfile: Prod.Dockerfile
          target: final
          args: [VERSION=2]
    """
    project = files.load(compose=compose, Dockerfile="FROM scratch\n")
    assert project.service("web").build == Build(tmp_path)
    assert project.service("web").image == "shop/web:1"
    assert project.service("api").build == Build(
        tmp_path / "api", "Prod.Dockerfile", (EnvVar("VERSION", "2"),), "final"
    )


def test_services_come_in_dependency_order(files) -> None:
    compose = """
    services:
      web: {image: a, depends_on: [api, cache]}
      api: {image: a, depends_on: {db: {condition: service_healthy, restart: false}}}
      cache: {image: a}
      db: {image: a}
    """
    project = files.load(compose=compose)
    assert [service.name for service in project.services] == ["db", "api", "cache", "web"]
    assert project.service("api").depends_on == (Dependency("db", "service_healthy"),)
    assert project.service("web").depends_on == (Dependency("api"), Dependency("cache"))


def test_only_volumes_in_use_are_made(files) -> None:
    compose = """
    services: {web: {image: a, volumes: ["b:/b", "a:/a"]}}
    volumes: {a: , spare: , b: {driver: local}}
    """
    assert files.load(compose=compose).volumes == ("a", "b")


def test_anchors_merge_into_services(files) -> None:
    compose = """
    x-base: &base
      image: nginx
      restart: always
      environment: &env {A: "1"}
    services:
      web:
        <<: *base
        environment: {<<: *env, B: "2"}
    """
    made = files.load(compose=compose).services[0]
    assert (made.image, made.restart) == ("nginx", Restart("always"))
    assert made.environment == (EnvVar("A", "1"), EnvVar("B", "2"))
