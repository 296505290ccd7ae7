"""The project file: its two forms, environments, targets, placement, probes, access."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.spec import SpecError, load_project
from orchestrator.spec.model import Probe, Size, Ssh, Target
from orchestrator.spec.units import GIB
from providers.contract.types import ProviderSettings

TARGET = "{provider: aws, region: us-east-1, size: t3.small}"
TWO_SERVICES = "services:\n  web: {image: a}\n  worker: {image: a}\n"
FULL = f"""
name: shop
compose: compose.yaml
ssh: {{agent: true}}
deliver: direct
environments:
  production:
    targets: {{us: {TARGET}, eu: {TARGET}}}
    placement: {{web: [us, eu], worker: us}}
  staging:
    targets: {{small: {{provider: aws, region: "${{STAGING_REGION}}", size: t3.nano}}}}
    deliver: registry
    ssh: {{ssh_from: 10.0.0.0/8}}
"""


def test_the_short_form_with_one_target(files) -> None:
    project = files.load(f"name: shop\ntarget: {TARGET}\n")
    assert (project.name, project.environment) == ("shop", "production")
    assert project.targets == (Target("main", "aws", "us-east-1", Size(type="t3.small")),)
    assert project.placement == {"web": ("main",)}
    assert project.directory == project.file.parent == project.compose_file.parent


def test_the_short_form_with_named_targets(files) -> None:
    project = files.load(f"name: shop\ntargets: {{us: {TARGET}, eu: {TARGET}}}\n")
    assert [target.name for target in project.targets] == ["us", "eu"]
    assert project.placement == {"web": ("us", "eu")}


def test_every_key_of_a_target(files) -> None:
    project = files.load(
        """
        name: shop
        targets:
          us:
            provider: aws
            region: us-east-1
            zone: us-east-1a
            subnet: subnet-1
            count: 3
            size: {cpu: 2, memory: 4GiB}
            os: ubuntu-24.04
            arch: arm64
            disk: 40
            spot: true
            x-note: free
        """
    )
    assert project.targets == (
        Target(
            "us",
            "aws",
            "us-east-1",
            Size(cpu=2, memory=4 * GIB),
            zone="us-east-1a",
            subnet="subnet-1",
            count=3,
            os="ubuntu-24.04",
            arch="arm64",
            disk=40,
            market="spot",
        ),
    )


@pytest.mark.parametrize(
    ("key", "market"),
    [
        ("spot: false", "on-demand"),
        ("market: spot", "spot"),
        ("market: on-demand", "on-demand"),
        ("disk: 40GiB", "on-demand"),
    ],
)
def test_the_market(files, key: str, market: str) -> None:
    target = f"{{provider: aws, region: us-east-1, size: t3.small, {key}}}"
    assert files.load(f"name: shop\ntarget: {target}\n").targets[0].market == market


def test_an_environment_is_chosen_by_name(files) -> None:
    production = files.load(FULL, TWO_SERVICES, environment="production")
    assert production.environment == "production"
    assert production.placement == {"web": ("us", "eu"), "worker": ("us",)}
    assert production.ssh == Ssh(agent=True)
    assert production.deliver == "direct"
    assert [s.name for s in production.services_on("eu")] == ["web"]
    staging = files.load(
        FULL, TWO_SERVICES, environment="staging", environ={"STAGING_REGION": "eu-west-1"}
    )
    assert staging.targets[0].region == "eu-west-1"
    assert staging.placement == {"web": ("small",), "worker": ("small",)}
    assert staging.ssh == Ssh(ssh_from=("10.0.0.0/8",))
    assert staging.deliver == "registry"


def test_another_environments_variables_need_not_be_set(files) -> None:
    assert files.complaints(FULL, TWO_SERVICES, environment="production") == []
    (complaint,) = files.complaints(FULL, TWO_SERVICES, environment="staging")
    assert complaint.startswith(
        "longshore.yaml:10:46: environments.staging.targets.small.region:"
        " the variable STAGING_REGION is not set"
    )


def test_another_environments_other_mistakes_are_said(files) -> None:
    wrong = FULL.replace("size: t3.nano", "size: t3.nano, coun: 2")
    (complaint,) = files.complaints(wrong, TWO_SERVICES, environment="production")
    assert "environments.staging.targets.small.coun: unknown key" in complaint


def test_one_environment_needs_no_choice(files) -> None:
    project = files.load(f"name: shop\nenvironments:\n  staging:\n    target: {TARGET}\n")
    assert project.environment == "staging"


def test_variables_in_the_project_file(files) -> None:
    project = files.load(
        "name: ${NAME}\n"
        "target: {provider: aws, region: '${REGION:-us-east-1}', count: '${COUNT}',"
        " size: {cpu: 2, memory: '${GIB}GiB'}, spot: '${SPOT}'}\n",
        environ={"NAME": "from-env", "COUNT": "3", "GIB": "8"},
        **{".env": "SPOT=true\nCOUNT=1\n"},
    )
    target = project.targets[0]
    assert (project.name, target.count, target.market) == ("from-env", 3, "spot")
    assert target.size == Size(cpu=2, memory=8 * GIB)


def test_the_compose_file_may_be_elsewhere(files, tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "app.yaml").write_text(
        "services: {web: {image: 'a:${TAG}', env_file: web.env, build: .}}\n"
    )
    (tmp_path / "deploy" / ".env").write_text("TAG=7\n")
    (tmp_path / "deploy" / "web.env").write_text("A=1\n")
    (tmp_path / "deploy" / "Dockerfile").write_text("FROM scratch\n")
    project = files.load(f"name: shop\ncompose: deploy/app.yaml\ntarget: {TARGET}\n", None)
    assert project.compose_file == tmp_path / "deploy" / "app.yaml"
    assert project.directory == tmp_path
    web = project.services[0]
    assert web.image == "a:7"
    assert web.build is not None
    assert web.build.context == tmp_path / "deploy"
    assert [v.name for v in web.environment] == ["A"]


@pytest.mark.parametrize(
    "name", ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
)
def test_the_compose_file_is_found(files, name: str) -> None:
    project = files.load(compose=None, **{name: "services: {web: {image: a}}\n"})
    assert project.compose_file.name == name


@pytest.mark.parametrize(
    ("health", "probe"),
    [
        ("{http: /up}", Probe("web", "http", 8080, "/up", 60.0)),
        ("{http: /up, port: 9000, timeout: 90}", Probe("web", "http", 9000, "/up", 90.0)),
        ("{http: /, timeout: 1m30s}", Probe("web", "http", 8080, "/", 90.0)),
        ("{tcp: 5432}", Probe("web", "tcp", 5432, "", 60.0)),
    ],
)
def test_probes(files, health: str, probe: Probe) -> None:
    project = files.load(
        f"name: shop\ntarget: {TARGET}\nhealth: {{web: {health}}}\n",
        "services: {web: {image: a, ports: ['80:8080', '53:53/udp']}}\n",
    )
    assert project.probes == (probe,)


@pytest.mark.parametrize(
    ("written", "networks"),
    [
        ("auto", "auto"),
        ("203.0.113.7", ("203.0.113.7/32",)),
        ("[203.0.113.7, 10.0.0.0/8]", ("203.0.113.7/32", "10.0.0.0/8")),
        ("['2001:db8::/32']", ("2001:db8::/32",)),
    ],
)
def test_who_may_reach_ssh(files, written: str, networks: object) -> None:
    project = files.load(f"name: shop\ntarget: {TARGET}\nssh: {{ssh_from: {written}}}\n")
    assert project.ssh.ssh_from == networks


def test_the_key_is_relative_to_the_project_file(files, tmp_path: Path) -> None:
    project = files.load(
        f"name: shop\ntarget: {TARGET}\nssh: {{key: id_ed25519}}\n", id_ed25519="key\n"
    )
    assert project.ssh.key == tmp_path / "id_ed25519"


def test_provider_settings(files, tmp_path: Path) -> None:
    project = files.load(
        f"name: shop\ntarget: {TARGET}\nproviders: {{aws: {{endpoint: 'http://127.0.0.1:5000',"
        " ca: ca.pem, profile: work}}\n",
        **{"ca.pem": "certificate\n"},
    )
    assert project.providers == (
        ProviderSettings(
            "aws", "http://127.0.0.1:5000", ca=str(tmp_path / "ca.pem"), profile="work"
        ),
    )


@pytest.mark.parametrize(
    ("section", "echo_url"),
    [
        ("", "http://127.0.0.1:9/ip"),
        ("providers: {aws: {profile: work}}\n", "http://127.0.0.1:9/ip"),
        ("providers: {aws: {echo_url: 'https://echo.example'}}\n", "https://echo.example"),
    ],
)
def test_the_echo_url_of_the_environment_fills_in(files, section: str, echo_url: str) -> None:
    project = files.load(
        f"name: shop\ntarget: {TARGET}\n{section}",
        environ={"LONGSHORE_ECHO_URL": "http://127.0.0.1:9/ip"},
    )
    assert [settings.echo_url for settings in project.providers] == [echo_url]


def test_loading_twice_gives_the_same(files) -> None:
    file = files.write()
    one = load_project(file, environment=None, environ={})
    assert one == load_project(file, environment=None, environ={})
    assert one.service("web").name == "web"
    assert one.target("main").name == "main"
    with pytest.raises(KeyError):
        one.service("nope")


def test_all_mistakes_come_at_once_in_order(files) -> None:
    with pytest.raises(SpecError) as caught:
        files.load(
            "name: Shop\ntarget: {provider: aws, region: us-east-1, size: t3.small, count: 0}\n",
            "services:\n  web:\n    image: nginx\n    port: [80]\n  api:\n    restart: maybe\n",
        )
    problems = caught.value.problems
    assert [(p.file.name, p.line, p.key) for p in problems] == [
        ("longshore.yaml", 1, "name"),
        ("longshore.yaml", 2, "target.count"),
        ("compose.yaml", 4, "services.web.port"),
        ("compose.yaml", 5, "services.api"),
        ("compose.yaml", 6, "services.api.restart"),
    ]
    assert str(caught.value) == "\n".join(str(problem) for problem in problems)
