"""One machine's services: what is touched, in which order, and what makes way for what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestrator.engine.containers import Container, PublishedPort, config_hash
from orchestrator.operations.deploy_service import DeployService
from orchestrator.operations.operation import Operation
from orchestrator.operations.workload import Workload
from orchestrator.planning.desired import Desired
from orchestrator.planning.rules import Deployer
from orchestrator.planning.services import ServicePlanner
from orchestrator.spec.model import (
    Dependency,
    Mount,
    Port,
    Project,
    Restart,
    Service,
    Size,
    Target,
)

PLATFORM = "linux/amd64"
US = Target(name="us", provider="aws", region="us-east-1", size=Size(cpu=2, memory=None))


def service(name: str, port: int | None = None, *after: str) -> Service:
    ports = (Port(80, port),) if port else ()
    dependencies = tuple(Dependency(other, "service_started") for other in after)
    return Service(name, image=f"{name}:1", ports=ports, depends_on=dependencies)


def workload(wanted: Service) -> Workload:
    source = wanted.image or ""
    return Workload(wanted, PLATFORM, source, config_hash(wanted, source), "pull")


def container(runs: Service, *, host_ip: str = "0.0.0.0", **more: object) -> Container:
    name = f"shop-production-{runs.name}"
    held = tuple(PublishedPort(80, p.published or 0, "tcp", host_ip) for p in runs.ports)
    made = Container(
        id=name,
        name=name,
        service=runs.name,
        project="shop",
        environment="production",
        release="r1",
        config_hash=workload(runs).config,
        image_id="sha256:1",
        state="running",
        health="none",
        role="current",
        source=runs.image or "",
        ports=held,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def left(runs: Service, role: str) -> Container:
    found = container(runs)
    return replace(found, name=f"{found.name}-{role}", role=role, state="exited", ports=())  # type: ignore[arg-type]


def planned(services: tuple[Service, ...], *containers: Container) -> list[Operation]:
    project = Project(
        name="shop",
        environment="production",
        file=Path("longshore.yaml"),
        compose_file=Path("compose.yaml"),
        directory=Path(),
        targets=(US,),
        services=services,
        volumes=(),
        placement={s.name: ("us",) for s in services},
    )
    desired = Desired(
        project=project,
        workloads={(s.name, PLATFORM): workload(s) for s in services},
        public_key="",
        deployer=Deployer("ann@laptop", (), dynamic=True),
        stamps={},
    )
    operations, _ = ServicePlanner(desired).on_machine("us-1", US, containers, frozenset())
    before: set[str] = set()
    for operation in operations:
        assert operation.needs <= before, operation.id
        before.add(operation.id)
    return operations


def deployments(operations: list[Operation]) -> dict[str, DeployService]:
    return {o.subject: o for o in operations if isinstance(o, DeployService)}


def test_a_renamed_service_takes_the_port_over_and_the_old_one_goes_last() -> None:
    operations = planned((service("site", 80),), container(service("web", 80)))
    site = deployments(operations)["site"]
    assert site.displaces == ("shop-production-web",)
    assert site.reason == "site:1; web stops first"
    assert site.needs == {"pull:us-1:site"}
    removal = operations[-1]
    assert removal.id == "remove:us-1:shop-production-web"
    assert removal.needs == {site.id}


def test_a_removed_service_that_is_in_nobodys_way_runs_until_the_rest_is_up() -> None:
    operations = planned((service("site", 81),), container(service("web", 80)))
    assert deployments(operations)["site"].displaces == ()
    assert operations[-1].needs == {"container:us-1:site"}


def test_a_service_waits_for_the_one_that_gives_its_port_up() -> None:
    before = container(service("a", 80))
    operations = planned((service("b", 80), service("a", 81)), before)
    found = deployments(operations)
    assert list(found) == ["a", "b"]
    assert found["a"].id in found["b"].needs
    assert found["b"].displaces == ()


def test_two_services_swap_their_ports() -> None:
    before = (container(service("a", 80)), container(service("b", 81)))
    found = deployments(planned((service("a", 81), service("b", 80)), *before))
    assert list(found) == ["b", "a"]
    assert found["b"].displaces == ("shop-production-a",)
    assert found["b"].needs == {"pull:us-1:a", "pull:us-1:b"}
    assert found["a"].displaces == ()
    assert found["b"].id in found["a"].needs


def test_three_services_pass_their_ports_round() -> None:
    before = [container(service(name, port)) for name, port in (("a", 1), ("b", 2), ("c", 3))]
    found = deployments(planned((service("a", 2), service("b", 3), service("c", 1)), *before))
    assert list(found) == ["c", "b", "a"]
    assert found["c"].displaces == ("shop-production-a",)


def test_a_dependency_goes_first_although_it_takes_the_port_of_what_depends_on_it() -> None:
    found = deployments(
        planned((service("db", 80), service("web", None, "db")), container(service("web", 80)))
    )
    assert list(found) == ["db", "web"]
    assert found["db"].displaces == ("shop-production-web",)


def test_addresses_of_their_own_do_not_collide() -> None:
    old = container(service("web", 80), host_ip="127.0.0.1")
    new = replace(service("site"), ports=(Port(80, 80, host_ip="10.0.0.1"),))
    assert deployments(planned((new,), old))["site"].displaces == ()
    everywhere = replace(service("site"), ports=(Port(80, 80),))
    assert deployments(planned((everywhere,), old))["site"].displaces != ()


def test_the_data_of_a_renamed_service_is_never_in_two_hands() -> None:
    data = Mount("volume", "data", "/data")
    old = container(service("db"), writes=frozenset({"shop-production_data"}))
    new = replace(service("postgres"), mounts=(data,))
    assert deployments(planned((new,), old))["postgres"].displaces == (old.name,)
    reader = replace(new, mounts=(replace(data, read_only=True),))
    assert deployments(planned((reader,), old))["postgres"].displaces == ()


def test_two_that_displace_the_same_container_take_turns() -> None:
    old = container(replace(service("web"), ports=(Port(80, 80), Port(443, 443))))
    operations = planned((service("a", 80), service("b", 443)), old)
    found = deployments(operations)
    assert found["a"].id in found["b"].needs
    assert operations[-1].needs == {found["a"].id, found["b"].id}


def test_what_a_killed_run_left_is_cleared_away() -> None:
    web = service("web", 80)
    for role in ("next", "previous"):
        (repair,) = planned((web,), container(web), left(web, role))
        assert repair.id == "repair:us-1:web"
        change = repair.describe()
        assert change is not None
        assert (change.action, change.kind, change.subject) == ("update", "container", "web")
        assert change.detail == f"an interrupted run left shop-production-web-{role}"


def test_a_failed_container_is_kept_for_inspection() -> None:
    web = service("web", 80)
    assert planned((web,), container(web), left(web, "failed")) == []


def test_leftovers_are_gone_before_anything_else_is_deployed() -> None:
    web, site = service("web", 80), service("site", 81)
    operations = planned((web, site), container(web), left(web, "next"))
    assert [o.kind for o in operations] == ["repair", "pull", "container", "reach"]
    assert operations[1].needs == {"repair:us-1:web"}


def test_a_service_that_is_deployed_anyway_is_repaired_by_that() -> None:
    web = service("web", 80)
    changed = replace(web, image="web:2")
    operations = planned((changed,), container(web), left(web, "previous"))
    assert [o.kind for o in operations] == ["pull", "container", "reach"]


def test_a_job_that_is_done_is_not_run_again() -> None:
    job = replace(service("migrate"), restart=Restart("no"))
    done = container(job, state="exited", status="Exited (0) 2 hours ago")
    assert planned((job,), done) == []
    failed = replace(done, status="Exited (1) 2 hours ago")
    assert "migrate" in deployments(planned((job,), failed))


def test_what_is_to_run_for_ever_and_ended_is_deployed_again() -> None:
    web = replace(service("web"), restart=Restart("always"))
    ended = container(web, state="exited", status="Exited (0) 2 hours ago")
    assert deployments(planned((web,), ended))["web"].reason == "it is exited"
