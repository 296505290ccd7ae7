"""Single calls: what is listed, made, refused and cleaned up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine import containers
from orchestrator.engine.client import Engine
from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import (
    ConflictError,
    EngineUnreachableError,
    NotThereError,
)
from orchestrator.engine.exec import exec_run
from orchestrator.engine.labels import Scope
from orchestrator.engine.networks import ensure_network, remove_networks
from orchestrator.engine.replace import Wait, replace
from orchestrator.engine.volumes import ensure_volume, list_volumes, remove_volumes
from orchestrator.spec.model import EnvVar, Mount, Port
from tests.e2e.engine.support import Requests, ThisMachine


def test_an_engine_that_is_not_there_says_what_to_do() -> None:
    engine = Engine(ThisMachine(), name="us-1", socket_path="/nowhere/docker.sock")
    with pytest.raises(EngineUnreachableError, match="us-1: Docker Engine: cannot") as caught:
        list_containers(engine, "shop", "production")
    assert "group `docker`" in caught.value.advice


def test_an_older_engine_is_spoken_to_in_its_own_version(engine: Engine) -> None:
    assert Engine(ThisMachine(), name="local").ping() == engine.ping()


def test_what_another_environment_has_under_the_same_name_is_left_to_it(
    engine: Engine, scope: Scope
) -> None:
    """`a-b` in `c` and `a` in `b-c` read alike; a server may carry both."""
    split = Scope(f"{scope.project}-{scope.environment}", "eu")
    alike = Scope(scope.project, f"{scope.environment}-eu")
    assert split.network == alike.network
    ensure_network(engine, split)
    ensure_volume(engine, split, "data")
    try:
        with pytest.raises(ConflictError, match=f"of project {split.project}") as caught:
            ensure_network(engine, alike)
        assert "another name" in caught.value.advice
        with pytest.raises(ConflictError, match="environment eu"):
            ensure_volume(engine, alike, "data")
        assert not ensure_network(engine, split)
        ensure_volume(engine, split, "data")
        assert remove_volumes(engine, alike) == remove_networks(engine, alike) == ()
    finally:
        assert remove_volumes(engine, split)
        assert remove_networks(engine, split)


def test_what_is_missing_or_taken_has_its_own_error(
    engine: Engine, scope: Scope, request_for: Requests
) -> None:
    with pytest.raises(NotThereError, match="No such container"):
        containers.start(engine, scope.container("web").current)
    containers.create(engine, request_for(), name=scope.container("web").current)
    with pytest.raises(ConflictError) as caught:
        containers.create(engine, request_for(), name=scope.container("web").current)
    assert caught.value.advice
    assert containers.remove(engine, scope.container("web").current)
    assert not containers.remove(engine, scope.container("web").current)


def test_a_listing_says_all_the_planner_needs(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation, image: str
) -> None:
    mounts = (Mount("volume", "data", "/data"), Mount("bind", "/etc", "/host", read_only=True))
    asked = request_for(release="7", ports=(Port(80, None, host_ip="127.0.0.1"),), mounts=mounts)
    made = replace(engine, asked, wait=Wait(None, 20), cancel=cancel)
    (seen,) = list_containers(engine, scope.project, scope.environment)
    assert (seen.id, seen.service, seen.release, seen.source) == (made, "web", "7", "build:7")
    assert (seen.image_id, seen.config_hash) == (image, asked.config_hash)
    assert (seen.state, seen.health, seen.role) == ("running", "none", "current")
    assert seen.writes == {scope.volume("data")}
    assert [(port.container, port.host_ip) for port in seen.ports] == [(80, "127.0.0.1")]
    assert list_containers(engine, scope.project, "other") == ()


def test_networks_and_volumes_are_made_once_and_removed(engine: Engine, scope: Scope) -> None:
    assert not ensure_network(engine, scope)
    ensure_volume(engine, scope, "data")
    ensure_volume(engine, scope, "data")
    assert list_volumes(engine, scope) == (f"{scope.prefix}_data",)
    assert remove_volumes(engine, scope) == (f"{scope.prefix}_data",)
    assert remove_networks(engine, scope) == (scope.network,)
    assert remove_networks(engine, scope) == ()
    assert ensure_network(engine, scope)


def test_services_that_start_at_the_same_time_share_one_network(
    engine: Engine, scope: Scope
) -> None:
    remove_networks(engine, scope)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ensure_network(engine, scope), range(8)))
    assert made.count(True) == 1
    assert remove_networks(engine, scope) == (scope.network,)


def test_what_was_asked_for_is_what_the_container_sees(
    engine: Engine, scope: Scope, request_for: Requests, cancel: Cancellation
) -> None:
    asked = request_for(
        environment=(EnvVar("GREETING", "a b='c'\n$d"),),
        working_dir="/bin",
        user="65534",
        mounts=(Mount("volume", "data", "/data"), Mount("tmpfs", None, "/scratch")),
    )
    ensure_volume(engine, scope, "data")
    made = replace(engine, asked, wait=Wait(None, 20), cancel=cancel)
    script = 'printf %s "$GREETING"; echo; pwd; id -u; grep -c " /data \\| /scratch " /proc/mounts'
    seen = exec_run(engine, made, ("sh", "-c", script)).stdout.decode()
    assert seen == "a b='c'\n$d\n/bin\n65534\n2\n"
    # The network knows it by the service's name.
    assert exec_run(engine, made, ("nslookup", "web")).exit_code == 0
