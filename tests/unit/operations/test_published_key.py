"""A machine that made its own host key: pinned from the API, and a killed run goes on anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.hostkeys import fingerprint, generate_host_key
from orchestrator.operations import published_key
from orchestrator.operations.context import Context
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.published_key import wait_for_published_key
from orchestrator.operations.trust_machine import TrustMachine
from orchestrator.planning.look import is_rotated, pins_of
from orchestrator.reporting.sink import Recorder
from orchestrator.state.store import Store
from providers.contract.errors import AuthError
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_TRUST,
    BootChannel,
    CloudMachine,
    Image,
    MachineRequest,
    Owner,
)

OWNER = Owner("shop", "production")
KEY = generate_host_key("vm").public
PIN = fingerprint(KEY)
TOKEN = "us-1-0123456789abcdef0123"
TRUST = TrustMachine(name="us-1", target="us", new=True)
MACHINE = CloudMachine(
    id="vm-1",
    name="us-1",
    target="us",
    provider="gcp",
    region="us-central1",
    zone="us-central1-a",
    type="e2-small",
    state="running",
    address="192.0.2.1",
    private_address="10.0.0.1",
    token=TOKEN,
    created="",
    tags={TAG_TRUST: "initial"},
)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Cloud:
    """One machine, what it published so far (an answer for each question), and its tags."""

    answers: list[Sequence[str]]
    machine: CloudMachine = MACHINE
    console: str = "startup-script: hello"
    asked: int = 0

    def get(self, name: str, region: str) -> Cloud:
        return self

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        kept = {**self.machine.tags, **tags}
        self.machine = replace(
            self.machine, tags={key: value for key, value in kept.items() if value}
        )

    def console_output(self, machine: CloudMachine) -> str:
        return self.console


@dataclass
class Machines:
    """A fleet that verifies pins, as the connection does."""

    dialled: list[frozenset[str]] = field(default_factory=list)

    def assign(self, *_: object) -> None:
        pass

    def line_of(self, name: str) -> str:
        return "192.0.2.1"

    def line(self, id: str, address: str) -> str:
        return address

    def connect(self, name: str, line: str, pins: frozenset[str], **_: object) -> object:
        self.dialled.append(pins)
        assert PIN in pins
        return SimpleNamespace(host_key=KEY)


class Patience(Cancellation):
    """Waits without waiting."""

    def wait(self, seconds: float) -> None:
        self.check()


@dataclass
class Bench:
    cloud: Cloud
    machines: Machines
    context: Context
    recorder: Recorder

    def begin(self) -> None:
        """What a survey, or the create call, leaves for the operation."""
        record_machine(self.context, self.cloud.machine)

    def trust(self) -> bool:
        self.begin()
        return TRUST.apply(self.context)

    def request(self, boot: BootChannel = "startup-script") -> None:
        image = Image("debian-12", "debian-12", "x86_64", boot, "/dev/sda")
        request = MachineRequest(
            TOKEN, "us-1", OWNER, "us", "us-central1", "us-central1-a", "e2-small", image,
            20, "on-demand", KEY, "fw", "subnet", {}, b"#!/bin/sh\n",
        )  # fmt: skip
        self.context.store.requests.save(request, "gcp")

    @property
    def record(self) -> Any:
        return self.context.store.machines.all()["us-1"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    cloud, machines, recorder = Cloud([(KEY,)]), Machines(), Recorder()
    with Store(tmp_path, "production") as store:
        context = Context(
            project=cast("Any", None),
            owner=OWNER,
            store=store,
            sink=recorder,
            cancel=Patience(),
            providers=cast("Any", cloud),
            fleet=cast("Any", machines),
            local=cast("Any", None),
            release="r1",
        )
        yield Bench(cloud, machines, context, recorder)


def test_the_published_key_is_pinned_before_the_first_connection(bench: Bench) -> None:
    bench.request()
    assert bench.trust()
    assert bench.machines.dialled == [frozenset({PIN})]
    assert (bench.record.pin, bench.record.rotated) == (PIN, True)
    assert bench.record.host_key == KEY
    assert bench.cloud.machine.tags == {TAG_HOST_KEY: PIN, TAG_TRUST: "rotated"}
    assert bench.context.store.requests.all() == {}


def test_it_is_waited_for_and_said_so_once(bench: Bench) -> None:
    half = KEY[: len(KEY) // 2].rsplit(" ", 1)[0] + " AAAA"
    bench.cloud.answers = [(), (), ("ecdsa-sha2-nistp256 AAAA",), (half,), (KEY,)]
    assert bench.trust()
    assert bench.cloud.asked == 5
    said = [
        event for event in bench.recorder.events if "publishes" in getattr(event, "message", "")
    ]
    assert len(said) == 1


def test_what_is_never_published_ends_with_the_console(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_key, "PUBLISH_DEADLINE", 0.05)
    bench.cloud.answers = [()]
    with pytest.raises(LongshoreError, match="published no ssh-ed25519 host key") as caught:
        bench.trust()
    assert caught.value.exit_code == ExitCode.UNREACHABLE
    assert caught.value.details[-1] == "startup-script: hello"
    assert bench.machines.dialled == []


def test_a_refusal_of_the_cloud_is_told_as_it_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(machine: CloudMachine) -> Sequence[str]:
        raise AuthError("not allowed", provider="gcp")

    monkeypatch.setattr(bench.cloud, "host_keys", refuse)
    with pytest.raises(AuthError):
        bench.trust()
    assert bench.record.pin == ""


def kill_before(target: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(target, name, die)


def kill_after(target: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = getattr(target, name)

    def die(*args: object, **words: object) -> None:
        original(*args, **words)
        raise Killed

    monkeypatch.setattr(target, name, die)


Kill = Callable[[object, str, pytest.MonkeyPatch], None]


@pytest.mark.parametrize("kill", [kill_before, kill_after])
@pytest.mark.parametrize("where", ["host_keys", "connect", "set_tags", "erase"])
@pytest.mark.parametrize("state", ["kept", "request lost", "all lost"])
def test_a_killed_run_is_gone_on_with(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, kill: Kill, where: str, state: str
) -> None:
    bench.request()
    targets: dict[str, object] = {
        "host_keys": bench.cloud,
        "connect": bench.machines,
        "set_tags": bench.cloud,
        "erase": bench.context.store.requests,
    }
    with monkeypatch.context() as patch:
        kill(targets[where], where, patch)
        with pytest.raises(Killed):
            bench.trust()
    if state != "kept":
        bench.context.store.requests.erase(TOKEN)
    if state == "all lost":
        bench.context.store.machines.forget("us-1")
    bench.trust()
    assert (bench.record.pin, bench.record.rotated) == (PIN, True)
    assert bench.cloud.machine.tags == {TAG_HOST_KEY: PIN, TAG_TRUST: "rotated"}
    assert all(pins == {PIN} for pins in bench.machines.dialled)


def test_a_key_that_came_with_user_data_is_still_replaced(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where somebody took its tag away: the request knows how the machine booted."""
    rotated = []
    monkeypatch.setattr(TrustMachine, "_rotate", lambda *_: rotated.append(True))
    bench.request("cloud-init")
    bench.cloud.machine = replace(MACHINE, tags={TAG_TRUST: "initial", TAG_HOST_KEY: PIN})
    bench.begin()
    bench.cloud.machine = MACHINE
    assert bench.trust()
    assert rotated == [True]
    assert bench.cloud.asked == 0


def test_without_a_request_the_tag_of_the_create_call_tells(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotated = []
    monkeypatch.setattr(TrustMachine, "_rotate", lambda *_: rotated.append(True))
    bench.cloud.machine = replace(MACHINE, tags={TAG_TRUST: "initial", TAG_HOST_KEY: PIN})
    assert bench.trust()
    assert rotated == [True]


def test_the_survey_does_not_ask_a_machine_whose_key_is_not_known(bench: Bench) -> None:
    bench.begin()
    assert pins_of(MACHINE, None) == frozenset()
    assert not is_rotated(MACHINE, None)
    assert not is_rotated(MACHINE, bench.record)
    bench.trust()
    assert is_rotated(bench.cloud.machine, None)
    assert pins_of(bench.cloud.machine, None) == {PIN}


def test_a_stop_ends_the_wait(bench: Bench) -> None:
    bench.begin()
    bench.cloud.answers = [()]
    bench.context.cancel.request()
    with pytest.raises(LongshoreError):
        wait_for_published_key(bench.context, TRUST, cast("Any", bench.cloud), MACHINE)
