"""Replacing containers on a real Engine: well, badly, and killed at every step."""

from __future__ import annotations

import socket
from dataclasses import replace as replaced

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine import containers
from orchestrator.engine.client import Engine
from orchestrator.engine.containers import list_containers
from orchestrator.engine.create import ContainerRequest
from orchestrator.engine.errors import EngineError, UnhealthyError
from orchestrator.engine.inspection import Check, inspect
from orchestrator.engine.labels import Scope
from orchestrator.engine.logs import tail
from orchestrator.engine.replace import Wait, recover, replace
from orchestrator.errors import Interrupted
from orchestrator.spec.model import Healthcheck, Port, Probe, Resources, Restart
from tests.e2e.engine.conftest import remove_everything
from tests.e2e.engine.support import TEST_LABEL, WEB, Killed, MortalEngine, Requests, by_role

SETTLE = Wait(None, 20)
PROBED = Wait(Probe("web", "tcp", 8080), 20)
FAILS = ("sh", "-c", "echo this cannot work >&2; exit 3")
NEVER_WELL = Healthcheck(test=("CMD-SHELL", "echo sick; exit 1"), interval=0.2, retries=2)


def test_first_start_and_replacement(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    first = replace(engine, request_for(), wait=SETTLE, cancel=cancel)
    assert by_role(engine, scope)["current"].id == first
    steps: list[str] = []
    second = replace(
        engine,
        request_for(release="2"),
        wait=SETTLE,
        cancel=cancel,
        on_step=lambda step, detail: steps.append(step),
    )
    roles = by_role(engine, scope)
    assert set(roles) == {"current"}
    assert (roles["current"].id, roles["current"].release) == (second, "2")
    assert roles["current"].config_hash == request_for(release="2").config_hash
    assert list(dict.fromkeys(steps)) == [
        "creating",
        "stopping the old one",
        "starting",
        "waiting until healthy",
        "removing the old one",
    ]


@pytest.mark.parametrize("policy", ["no", "always"])
def test_a_container_that_ends_brings_the_old_one_back(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation, policy: str
) -> None:
    old = replace(engine, request_for(), wait=SETTLE, cancel=cancel)
    broken = request_for(FAILS, release="2", restart=Restart(policy))  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(UnhealthyError) as caught:
            replace(engine, broken, wait=SETTLE, cancel=cancel)
        roles = by_role(engine, scope)
        assert set(roles) == {"current", "failed"}
        assert roles["current"].id == old
        assert roles["current"].running
        assert roles["failed"].state == "exited"
    assert "this cannot work" in caught.value.log_lines
    assert caught.value.exit_code_of_container == 3
    assert "3" in caught.value.reason
    assert "this cannot work" in tail(engine, roles["failed"].id, lines=5)


def test_a_failing_health_check_is_shown(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    with pytest.raises(UnhealthyError) as caught:
        replace(engine, request_for(healthcheck=NEVER_WELL), wait=SETTLE, cancel=cancel)
    assert caught.value.health_output == "sick"
    assert caught.value.log_lines == ("ready",)
    assert set(by_role(engine, scope)) == {"failed"}


def test_a_passing_health_check_is_waited_for(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    check = Healthcheck(test=("CMD", "true"), interval=0.3)
    states: list[str] = []
    replace(
        engine,
        request_for(healthcheck=check),
        wait=SETTLE,
        cancel=cancel,
        on_step=lambda step, detail: states.append(detail),
    )
    assert by_role(engine, scope)["current"].health == "healthy"
    assert "its health check has not passed yet" in states


def test_a_job_that_ends_well_is_deployed(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    for release in ("1", "2"):
        job = request_for(("sh", "-c", "echo migrated"), release=release)
        replace(engine, job, wait=SETTLE, cancel=cancel)
        roles = by_role(engine, scope)
        assert set(roles) == {"current"}
        assert (roles["current"].release, roles["current"].exit_status) == (release, 0)


def test_the_images_own_health_check_has_its_time(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation, image: str
) -> None:
    made = containers.create(engine, request_for(), name=scope.container("base").current)
    check = "HEALTHCHECK --start-period=2m --interval=300ms CMD test -e /tmp/well"
    changes = [check, f"LABEL {TEST_LABEL}={scope.project}"]
    own = str(engine.api.commit(made, changes=changes)["Id"])
    containers.remove(engine, made)
    try:
        slow = ("sh", "-c", "mkdir -p /tmp; sleep 2; touch /tmp/well; exec sleep 600")
        asked = replaced(request_for(slow), image_id=own)
        new = replace(engine, asked, wait=Wait(None, 0.5), cancel=cancel)
        seen = inspect(engine, new)
    finally:
        remove_everything(engine, scope.project.__eq__)
    assert seen.check == Check(start_period=120, interval=0.3, timeout=30, retries=3)
    assert seen.health == "healthy"


def test_killed_for_memory_is_said(
    engine: Engine, request_for: Requests, cancel: Cancellation
) -> None:
    eats = ("sh", "-c", "x=0123456789abcdef; while :; do x=$x$x; done")
    limited = request_for(eats, resources=Resources(memory=16 * 1024 * 1024))
    with pytest.raises(UnhealthyError) as caught:
        replace(engine, limited, wait=Wait(Probe("web", "tcp", 1), 60), cancel=cancel)
    assert "memory" in caught.value.reason
    assert caught.value.exit_code_of_container == 137


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        (Probe("web", "tcp", 8080), ""),
        (Probe("web", "http", 8080, "/bin/busybox"), ""),
        (Probe("web", "http", 8080, "/nothing"), "GET /nothing on port 8080 answered 404"),
        (Probe("web", "tcp", 9), "port 9 does not answer"),
    ],
)
def test_probes(
    engine: Engine, request_for: Requests, cancel: Cancellation, probe: Probe, said: str
) -> None:
    deadline = 1.0 if said else 20.0
    try:
        replace(engine, request_for(WEB), wait=Wait(probe, deadline), cancel=cancel)
    except UnhealthyError as error:
        assert said, error
        assert said in error.reason
    else:
        assert not said


def test_a_port_that_is_taken_brings_the_old_one_back(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    old = replace(engine, request_for(), wait=SETTLE, cancel=cancel)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = Port(80, taken.getsockname()[1], host_ip="127.0.0.1")
        with pytest.raises(EngineError, match=r"address already in use|port is already allocated"):
            replace(engine, request_for(release="2", ports=(port,)), wait=SETTLE, cancel=cancel)
    roles = by_role(engine, scope)
    assert (roles["current"].id, roles["current"].running) == (old, True)


def other(request: ContainerRequest, port: Port) -> ContainerRequest:
    service = replaced(request.service, name="old", ports=(port,))
    return replaced(request, service=service)


@pytest.mark.parametrize("well", [True, False])
def test_what_holds_its_port_makes_way_and_comes_back(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation, well: bool
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = Port(80, free.getsockname()[1], host_ip="127.0.0.1")
    holder = replace(engine, other(request_for(), port), wait=SETTLE, cancel=cancel)
    asked = request_for(*(() if well else (FAILS,)), ports=(port,))
    displaced = (scope.container("old").current,)
    if well:
        replace(engine, asked, wait=SETTLE, cancel=cancel, displaced=displaced)
    else:
        with pytest.raises(UnhealthyError):
            replace(engine, asked, wait=SETTLE, cancel=cancel, displaced=displaced)
    found = {c.name: c.running for c in list_containers(engine, scope.project, "test")}
    names = scope.container("web")
    assert found == {displaced[0]: not well, names.current if well else names.failed: well}
    assert inspect(engine, displaced[0]).id == holder


def test_a_stop_that_is_asked_for_brings_the_old_one_back(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    old = replace(engine, request_for(), wait=SETTLE, cancel=cancel)
    with pytest.raises(Interrupted):
        replace(
            engine,
            request_for(release="2"),
            wait=SETTLE,
            cancel=cancel,
            on_step=lambda step, detail: cancel.request() if step == "starting" else None,
        )
    roles = by_role(engine, scope)
    assert set(roles) == {"current"}
    assert (roles["current"].id, roles["current"].running) == (old, True)


DEPLOY_CHANGES = 6
"""create, stop, rename, start, rename, remove."""
FAILED_DEPLOY_CHANGES = 9
"""create, stop, rename, start; retire, remove, rename; start, rename."""


@pytest.mark.parametrize("changes", range(1, DEPLOY_CHANGES + 1))
def test_killed_after_any_change_the_service_recovers(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation, changes: int
) -> None:
    old = replace(engine, request_for(WEB), wait=PROBED, cancel=cancel)
    with pytest.raises(Killed):
        replace(MortalEngine(changes), request_for(WEB, release="2"), wait=PROBED, cancel=cancel)
    recover(engine, scope.container("web"), on_step=lambda step, detail: None)
    roles = by_role(engine, scope)
    assert set(roles) == {"current"}
    assert roles["current"].running
    assert (roles["current"].id == old) == (changes < DEPLOY_CHANGES - 1)


@pytest.mark.parametrize("changes", range(1, FAILED_DEPLOY_CHANGES + 1))
def test_killed_while_failing_the_service_recovers(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation, changes: int
) -> None:
    old = replace(engine, request_for(WEB), wait=PROBED, cancel=cancel)
    with pytest.raises(Killed):
        replace(MortalEngine(changes), request_for(FAILS, release="2"), wait=PROBED, cancel=cancel)
    replace(engine, request_for(WEB, release="3"), wait=PROBED, cancel=cancel)
    roles = by_role(engine, scope)
    assert set(roles) - {"failed"} == {"current"}
    assert (roles["current"].release, roles["current"].running) == ("3", True)
    assert old not in {container.id for container in roles.values()}


def test_recovery_killed_after_any_change_recovers(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    names = scope.container("web")
    old = replace(engine, request_for(WEB), wait=PROBED, cancel=cancel)
    for changes in (1, 2, 3):
        with pytest.raises(Killed):
            replace(MortalEngine(4), request_for(WEB, release="2"), wait=PROBED, cancel=cancel)
        with pytest.raises(Killed):
            recover(MortalEngine(changes), names, on_step=lambda step, detail: None)
        recover(engine, names, on_step=lambda step, detail: None)
        roles = by_role(engine, scope)
        assert set(roles) == {"current"}
        assert (roles["current"].id, roles["current"].running) == (old, True)


def test_a_first_start_that_was_killed_leaves_nothing_unproved(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    with pytest.raises(Killed):
        replace(MortalEngine(2), request_for(WEB), wait=PROBED, cancel=cancel)
    assert recover(engine, scope.container("web"), on_step=lambda step, detail: None)
    assert by_role(engine, scope) == {}
    assert not recover(engine, scope.container("web"), on_step=lambda step, detail: None)


def test_an_old_container_that_cannot_start_does_not_block_the_new_one(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = Port(80, taken.getsockname()[1], host_ip="127.0.0.1")
        taken.listen()
        names = scope.container("web")
        containers.create(engine, request_for(ports=(port,)), name=names.previous)
        said: list[str] = []
        replace(
            engine,
            request_for(release="2"),
            wait=SETTLE,
            cancel=cancel,
            on_step=lambda step, detail: said.append(detail),
        )
    assert by_role(engine, scope)["current"].release == "2"
    assert any("stays stopped" in detail for detail in said)
