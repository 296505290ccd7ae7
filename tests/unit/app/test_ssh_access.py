"""SSH is closed after a CI job, whatever happened in it, and says when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from orchestrator.app import ssh_access
from orchestrator.app.session import Session
from orchestrator.app.ssh_access import ssh_closed_after
from orchestrator.cancellation import Cancellation
from orchestrator.errors import LongshoreError
from orchestrator.operations import providers as providers_module
from orchestrator.operations.providers import Providers
from orchestrator.planning.rules import deployer_name
from orchestrator.reporting.events import Notice, Warned
from orchestrator.reporting.sink import Recorder
from orchestrator.spec.model import Project, Size, Target
from orchestrator.state.store import Store
from providers.contract.errors import ThrottledError
from providers.contract.types import (
    Abilities,
    Listing,
    NetworkRequest,
    Owner,
    PortRule,
    Resource,
)

OWNER = Owner("shop", "production")
MINE = PortRule(22, "tcp", "198.51.100.7/32", f"ssh {deployer_name()} until 2026-12-24")
BOBS = PortRule(22, "tcp", "203.0.113.9/32", "ssh bob@laptop until 2026-12-24")
WEB = PortRule(80, "tcp", "0.0.0.0/0", "published")
THROTTLED = ThrottledError("too many calls", provider="aws", operation="DescribeSecurityGroups")


def target(name: str, region: str) -> Target:
    return Target(name=name, provider="aws", region=region, size=Size(cpu=2))


def firewall(name: str, region: str, *rules: PortRule) -> Resource:
    return Resource("firewall", f"sg-{name}", name, "aws", region, name, OWNER.tags, rules)


@dataclass
class Region:
    """One region: its firewalls, what was asked of it, and what it answers when it fails."""

    firewalls: tuple[Resource, ...] = ()
    error: ThrottledError | None = None
    listings: int = 0
    converged: list[NetworkRequest] = field(default_factory=list)
    abilities: Abilities = field(default_factory=Abilities)

    def listing(self, owner: Owner) -> Listing:
        assert owner == OWNER
        self.listings += 1
        if self.error is not None:
            raise self.error
        return Listing((), self.firewalls)

    def ensure_network(self, request: NetworkRequest) -> None:
        self.converged.append(request)


@dataclass
class Scene:
    session: Session
    recorder: Recorder
    regions: dict[str, Region]
    cancel: Cancellation

    def said(self, kind: type[Notice] | type[Warned]) -> list[str]:
        return [e.message for e in self.recorder.events if isinstance(e, kind)]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Scene]:
    """us and us2 in us-east-1, eu in eu-west-1, and something from before in ap-south-1."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(ssh_access, "authorized_key", lambda _: "ssh-ed25519 AAAA")
    regions = {
        "us-east-1": Region(
            (
                firewall("us", "us-east-1", WEB, MINE, BOBS),
                firewall("us2", "us-east-1", MINE),
            )
        ),
        "eu-west-1": Region((firewall("eu", "eu-west-1", WEB, BOBS),)),
        "ap-south-1": Region((firewall("ap", "ap-south-1", MINE),)),
    }
    monkeypatch.setattr(
        providers_module, "provider_factory", lambda _: lambda _s, region, _r, **_: regions[region]
    )
    recorder, cancel = Recorder(), Cancellation()
    project = Project(
        name="shop",
        environment="production",
        file=tmp_path / "longshore.yaml",
        compose_file=tmp_path / "compose.yaml",
        directory=tmp_path,
        targets=(
            target("us", "us-east-1"),
            target("us2", "us-east-1"),
            target("eu", "eu-west-1"),
        ),
        services=(),
        volumes=(),
        placement={},
    )
    with Store(tmp_path, "production") as store:
        store.places.remember([("aws", "ap-south-1")])
        session = SimpleNamespace(
            project=project,
            owner=OWNER,
            login=None,
            store=store,
            sink=recorder,
            places=(("aws", "us-east-1"), ("aws", "eu-west-1")),
            providers=Providers((), recorder, cancel),
        )
        yield Scene(cast(Session, session), recorder, regions, cancel)


def test_only_ones_own_rules_are_closed_and_each_region_is_listed_once(scene: Scene) -> None:
    with ssh_closed_after(scene.session):
        pass
    asked = scene.regions["us-east-1"].converged
    assert [(request.target, request.rules) for request in asked] == [
        ("us", (WEB, BOBS)),
        ("us2", ()),
    ]
    assert scene.regions["eu-west-1"].converged == []
    assert {region.listings for region in scene.regions.values()} == {1}
    assert len(scene.said(Notice)) == 2


def test_a_target_that_the_project_no_longer_names_is_said_to_be_open(scene: Scene) -> None:
    with ssh_closed_after(scene.session):
        pass
    assert scene.regions["ap-south-1"].converged == []
    (said,) = scene.said(Warned)
    assert said.startswith(f"SSH to the machines of ap stays open to {deployer_name()}")


def test_the_error_of_the_deploy_is_not_lost(scene: Scene) -> None:
    scene.regions["eu-west-1"].error = THROTTLED
    with (
        pytest.raises(LongshoreError, match="web is not healthy"),
        ssh_closed_after(scene.session),
    ):
        raise LongshoreError("web is not healthy")
    assert any("eu-west-1" in said and "too many calls" in said for said in scene.said(Warned))
    assert len(scene.regions["us-east-1"].converged) == 2


def test_a_failure_to_close_fails_a_run_that_went_well(scene: Scene) -> None:
    scene.regions["ap-south-1"].error = THROTTLED
    with pytest.raises(ThrottledError), ssh_closed_after(scene.session):
        pass
    assert len(scene.regions["us-east-1"].converged) == 2


def test_a_stop_does_not_leave_it_open(scene: Scene) -> None:
    with pytest.raises(KeyboardInterrupt), ssh_closed_after(scene.session):
        scene.cancel.request()
        raise KeyboardInterrupt
    assert len(scene.regions["us-east-1"].converged) == 2


@pytest.mark.parametrize("value", ["", "0", "false", "False"])
def test_elsewhere_the_rule_stays(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CI", value)
    with ssh_closed_after(scene.session):
        pass
    assert {region.listings for region in scene.regions.values()} == {0}


def test_where_nothing_guards_the_machines_nobody_is_asked(scene: Scene) -> None:
    for region in scene.regions.values():
        region.abilities = Abilities(firewall=False)
    with ssh_closed_after(scene.session):
        pass
    assert [region.listings for region in scene.regions.values()] == [0] * len(scene.regions)
