"""From where the machines may be reached, and that it is said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from orchestrator.app.deployer import learn_deployer
from orchestrator.operations import providers as providers_module
from orchestrator.operations.providers import Providers
from orchestrator.planning.rules import Deployer, deployer_name
from orchestrator.reporting.events import Event, Notice, Skipped, Warned
from orchestrator.reporting.sink import Recorder
from orchestrator.spec.model import Project, Size, Ssh, Target
from providers.contract.errors import TransientError
from providers.contract.types import Abilities, ProviderSettings

PROJECT = Project(
    name="shop",
    environment="production",
    file=Path("longshore.yaml"),
    compose_file=Path("compose.yaml"),
    directory=Path(),
    targets=(Target(name="us", provider="aws", region="us-east-1", size=Size(cpu=2)),),
    services=(),
    volumes=(),
    placement={},
)
ECHO = ProviderSettings("aws", echo_url="https://echo.example/ip")
NO_ANSWER = TransientError("no answer from the echo service", provider="aws", operation="echo")


@dataclass
class Seen:
    """A cloud that sees us come from an address, or cannot say."""

    address: str | TransientError
    name: str = "aws"
    abilities: Abilities = field(default_factory=Abilities)

    def deployer_address(self) -> str:
        if isinstance(self.address, TransientError):
            raise self.address
        return self.address


@dataclass
class Learnt:
    deployer: Deployer
    events: list[Event]


def learn(
    monkeypatch: pytest.MonkeyPatch,
    address: str | TransientError,
    *ssh_from: str,
    settings: tuple[ProviderSettings, ...] = (),
    abilities: Abilities | None = None,
) -> Learnt:
    seen = Seen(address, abilities=abilities or Abilities())
    monkeypatch.setattr(providers_module, "provider_factory", lambda _: lambda *_, **__: seen)
    project = replace(PROJECT, ssh=Ssh(ssh_from=ssh_from or "auto"), providers=settings)
    recorder = Recorder()
    deployer = learn_deployer(project, Providers(settings, recorder), recorder)
    return Learnt(deployer, recorder.events)


@pytest.mark.parametrize(
    ("address", "network", "settings", "source"),
    [
        ("203.0.113.7", "203.0.113.7/32", (), "aws"),
        ("2001:db8::7", "2001:db8::7/128", (), "aws"),
        ("203.0.113.7", "203.0.113.7/32", (ECHO,), "https://echo.example/ip"),
    ],
)
def test_auto_says_which_address_it_learnt_and_from_whom(
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    network: str,
    settings: tuple[ProviderSettings, ...],
    source: str,
) -> None:
    learnt = learn(monkeypatch, address, settings=settings)
    assert learnt.deployer == Deployer(deployer_name(), (network,), dynamic=True)
    said = f"`ssh_from: auto` is {network}, as seen by {source}"
    assert learnt.events == [Notice(said)]


def test_auto_fails_when_the_address_cannot_be_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TransientError):
        learn(monkeypatch, NO_ANSWER)


def test_fixed_networks_around_us_need_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = learn(monkeypatch, "192.0.2.9", "203.0.113.0/24", "192.0.2.1/24")
    networks = ("203.0.113.0/24", "192.0.2.0/24")
    assert learnt.deployer == Deployer(deployer_name(), networks, dynamic=False)
    assert learnt.events == []


def test_fixed_networks_without_us_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = learn(monkeypatch, "198.51.100.4", "203.0.113.0/24", "2001:db8::/32")
    assert learnt.events == [
        Warned(
            "`ssh_from` keeps this machine out: its address is 198.51.100.4 as aws sees it, and "
            "SSH is open to 203.0.113.0/24, 2001:db8::/32",
            "add 198.51.100.4/32 to `ssh_from`, or deploy from inside those networks",
        )
    ]


def test_fixed_networks_do_not_depend_on_the_echo_service(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = learn(monkeypatch, NO_ANSWER, "203.0.113.0/24")
    assert learnt.deployer.networks == ("203.0.113.0/24",)
    assert learnt.events == [
        Skipped(
            "the check that `ssh_from` lets this machine in",
            "aws echo: no answer from the echo service",
        )
    ]


def test_open_to_everyone_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert learn(monkeypatch, NO_ANSWER, "0.0.0.0/0").events == []


@pytest.mark.parametrize("ssh_from", [(), ("203.0.113.0/24",)])
def test_where_nothing_has_a_firewall_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, ssh_from: tuple[str, ...]
) -> None:
    learnt = learn(monkeypatch, NO_ANSWER, *ssh_from, abilities=Abilities(firewall=False))
    assert learnt == Learnt(Deployer(deployer_name(), (), dynamic=False), [])
