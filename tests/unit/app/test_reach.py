"""Which machine a person means, and what is said when it does not answer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from orchestrator.app.execute import running_container
from orchestrator.app.reach import answering, pick, reachable
from orchestrator.app.session import Session
from orchestrator.app.ssh import choose
from orchestrator.engine.containers import Container
from orchestrator.errors import LongshoreError
from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.errors import Unreachable
from orchestrator.planning.survey import MachineView, Reach, Survey
from orchestrator.spec.model import Project, Size, Target
from providers.contract.errors import AuthError
from providers.contract.types import CloudMachine, Place

SILENT = Unreachable(Endpoint("192.0.2.2", 22, "longshore", "us-2"), 10, "timed out")
PROJECT = Project(
    name="shop",
    environment="production",
    file=Path("longshore.yaml"),
    compose_file=Path("compose.yaml"),
    directory=Path(),
    targets=(Target(name="us", provider="aws", region="us-east-1", size=Size(cpu=2), count=2),),
    services=(),
    volumes=(),
    placement={},
)
SESSION = cast(Session, SimpleNamespace(project=PROJECT))


def machine(name: str, id: str = "") -> CloudMachine:
    return CloudMachine(
        id=id or f"i-{name}",
        name=name,
        target="us",
        provider="aws",
        region="us-east-1",
        zone="us-east-1a",
        type="t3.small",
        state="running",
        address="192.0.2.1",
        private_address=None,
        token="",
        created="",
        tags={},
    )


def view(
    name: str,
    reach: Reach = "ok",
    *containers: Container,
    note: str = "",
    error: LongshoreError | None = None,
    id: str = "",
) -> MachineView:
    return MachineView(machine(name, id), reach, note=note, error=error, containers=containers)


FIRST = view("us-1")
MUTE = view("us-2", "unknown", error=SILENT)
STOPPED = view("us-1", "unknown", note="it is stopped")
BOOTING = view("us-1", "booting")


def survey(*views: MachineView) -> Survey:
    return Survey(views, ())


def test_those_that_answered_are_enough() -> None:
    assert reachable(SESSION, survey(FIRST, MUTE)) == (FIRST,)


@pytest.mark.parametrize(
    ("views", "message", "code"),
    [
        ((), "shop has no machine to talk to in production", 1),
        ((STOPPED,), "us-1 cannot be talked to: it is stopped", 6),
        ((BOOTING,), "us-1 cannot be talked to: it has not been met yet", 6),
        ((STOPPED, MUTE), "no SSH session within 10 s: timed out", 6),
    ],
    ids=["none", "stopped", "booting", "stopped and silent"],
)
def test_when_none_answered_it_says_why(
    views: tuple[MachineView, ...], message: str, code: int
) -> None:
    with pytest.raises(LongshoreError, match=message) as caught:
        reachable(SESSION, survey(*views))
    assert caught.value.exit_code == code
    assert caught.value.advice


def test_a_machine_that_does_not_answer_is_still_that_machine() -> None:
    with pytest.raises(Unreachable):
        choose(SESSION, survey(FIRST, MUTE), "us-2", ("reboot",))


def test_the_only_machine_needs_no_name() -> None:
    assert choose(SESSION, survey(FIRST), None, ()) == (FIRST, ())
    assert choose(SESSION, survey(FIRST), "docker", ("ps",)) == (FIRST, ("docker", "ps"))
    assert choose(SESSION, survey(FIRST), "us-1", ("ps",)) == (FIRST, ("ps",))


@pytest.mark.parametrize("name", ["us-2", "us-17"])
def test_what_was_meant_for_another_machine_does_not_run_on_the_only_one(name: str) -> None:
    with pytest.raises(LongshoreError, match=f"there is no machine {name}") as caught:
        choose(SESSION, survey(FIRST), name, ("reboot",))
    assert caught.value.advice == "name one of: us-1"


def test_one_that_answers_is_not_chosen_for_one_that_does_not() -> None:
    with pytest.raises(LongshoreError, match="there are several machines") as caught:
        choose(SESSION, survey(FIRST, MUTE), None, ())
    assert caught.value.advice == "name one of: us-1, us-2"
    assert caught.value.exit_code == 2


def test_without_any_machine_no_name_is_asked_for() -> None:
    with pytest.raises(LongshoreError, match="has no machine to talk to"):
        pick(SESSION, survey(), "us-1")


def test_of_two_with_one_name_the_known_one_comes_first() -> None:
    double = view("us-1", id="i-9")
    assert pick(SESSION, survey(FIRST, double), "us-1") is FIRST


def test_one_that_answers_is_given_back() -> None:
    assert answering(FIRST) is FIRST


def container(service: str, *, role: str = "current", state: str = "running") -> Container:
    found = SimpleNamespace(service=service, role=role, running=state == "running")
    return cast(Container, found)


def test_the_first_machine_that_runs_the_service_is_taken() -> None:
    stopped = view("us-1", "ok", container("web", state="exited"), container("web", role="next"))
    runs = view("us-2", "ok", container("db"), container("web"))
    assert running_container((stopped, runs), "web") == (runs, runs.containers[1])


def test_a_service_that_runs_nowhere_is_said_to_be_so() -> None:
    with pytest.raises(LongshoreError, match="web does not run on us-1"):
        running_container((FIRST,), "web")
    with pytest.raises(LongshoreError, match="web does not run on any machine that answers"):
        running_container((FIRST, view("us-2")), "web")


UNHEARD = AuthError("who are you", provider="gcp", advice="sign in")


def partial(*views: MachineView) -> Survey:
    places = (Place("aws", "us-east-1"), Place("gcp", "us-west1"))
    return Survey(views, (), places, unanswered={places[1]: UNHEARD})


def test_a_machine_that_is_there_is_taken_whatever_another_cloud_says() -> None:
    assert pick(SESSION, partial(FIRST), "us-1") is FIRST


@pytest.mark.parametrize("name", [None, "us-9"])
def test_while_a_cloud_is_silent_no_machine_is_the_only_one(name: str | None) -> None:
    with pytest.raises(LongshoreError, match="gcp us-west1 cannot be asked"):
        pick(SESSION, partial(FIRST), name)


def test_while_a_cloud_is_silent_a_command_is_not_taken_for_the_only_machines() -> None:
    with pytest.raises(LongshoreError, match="gcp us-west1 cannot be asked"):
        choose(SESSION, partial(FIRST), "db", ("uptime",))
