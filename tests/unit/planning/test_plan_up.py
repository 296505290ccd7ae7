"""The plan: what is missing or different, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from orchestrator.engine.containers import Container, config_hash
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.made_as import made_as
from orchestrator.operations.workload import Workload
from orchestrator.planning.desired import Desired
from orchestrator.planning.plan import Plan
from orchestrator.planning.rules import Deployer, wanted_rules
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.planning.up import plan_up
from orchestrator.spec.model import Build, Dependency, Port, Project, Service, Size, Target
from providers.contract.types import TAG_MADE_AS, CloudMachine, Resource

TODAY = date(2026, 11, 24)
DEPLOYER = Deployer("ann@laptop", ("198.51.100.7/32",), dynamic=True)
DB = Service(name="db", image="postgres:17")
WEB = Service(
    name="web",
    build=Build(Path("/app")),
    ports=(Port(8080, 80),),
    depends_on=(Dependency("db", "service_healthy"),),
)
US = Target(name="us", provider="aws", region="us-east-1", size=Size(cpu=2, memory=4 * 1024**3))


def project(*targets: Target) -> Project:
    return Project(
        name="shop",
        environment="production",
        file=Path("longshore.yaml"),
        compose_file=Path("compose.yaml"),
        directory=Path(),
        targets=targets,
        services=(DB, WEB),
        volumes=(),
        placement={s.name: tuple(t.name for t in targets) for s in (DB, WEB)},
    )


def workload(service: Service, source: str) -> Workload:
    how = "pull" if service.image else "build"
    return Workload(service, "linux/amd64", source, config_hash(service, source), how)  # type: ignore[arg-type]


def desired(*targets: Target, web: str = "build:1", db: str = "postgres:17") -> Desired:
    return Desired(
        project=project(*targets),
        workloads={
            ("db", "linux/amd64"): workload(DB, db),
            ("web", "linux/amd64"): workload(WEB, web),
        },
        public_key="ssh-ed25519 AAAA",
        deployer=DEPLOYER,
        stamps={"debian-12": "stamp"},
    )


def machine(name: str, target: str = "us") -> CloudMachine:
    return CloudMachine(
        id=f"i-{name}",
        name=name,
        target=target,
        provider="aws",
        region="us-east-1",
        zone="us-east-1a",
        type="t3.medium",
        state="running",
        address="192.0.2.1",
        private_address=None,
        token=f"{name}-1",
        created="",
        tags={},
    )


def container(work: Workload) -> Container:
    return Container(
        id=work.service.name,
        name=f"shop-production-{work.service.name}",
        service=work.service.name,
        project="shop",
        environment="production",
        release="r1",
        config_hash=work.config,
        image_id="sha256:1",
        state="running",
        health="healthy",
        role="current",
        source=work.source,
    )


def view(name: str, wanted: Desired, target: str = "us") -> MachineView:
    containers = tuple(container(work) for work in wanted.on("us"))
    return MachineView(machine(name, target), "ok", True, True, "stamp", containers)


def resources(target: Target) -> tuple[Resource, ...]:
    rules = wanted_rules((DB, WEB), DEPLOYER, (), TODAY)
    return (
        Resource("firewall", "sg-1", "sg", "aws", target.region, target.name, {}, rules),
        Resource("key", "key-1", "key", "aws", target.region, None, {}),
    )


def plan(wanted: Desired, *views: MachineView, standing: bool = True) -> Plan:
    return plan_up(wanted, Survey(views, resources(US) if standing else ()), TODAY)


def lines(result: Plan) -> list[str]:
    return [
        f"{c.action} {c.kind} {c.subject}" + (f" on {c.machine}" if c.kind == "container" else "")
        for c in result.changes
    ]


def test_from_nothing_everything_is_planned_in_an_order_that_runs() -> None:
    result = plan(desired(replace(US, count=2)), standing=False)
    assert lines(result) == [
        "create image web",
        "create firewall us",
        "create machine us-1",
        "create container db on us-1",
        "create container web on us-1",
        "create machine us-2",
        "create container db on us-2",
        "create container web on us-2",
    ]
    ids = {operation.id for operation in result.operations}
    assert len(ids) == len(result.operations)
    before: set[str] = set()
    for operation in result.operations:
        assert operation.needs <= before
        before.add(operation.id)


def test_when_all_is_as_wanted_there_is_no_operation() -> None:
    wanted = desired(US)
    result = plan(wanted, view("us-1", wanted))
    assert result.operations == ()
    assert result.empty
    assert [(c.action, c.subject) for c in result.kept] == [("none", "db"), ("none", "web")]


def test_a_changed_service_touches_that_service_only() -> None:
    before = desired(US)
    result = plan(desired(US, web="build:2"), view("us-1", before))
    assert lines(result) == ["create image web", "update container web on us-1"]
    (_, change) = result.changes
    assert change.detail == "build 1 -> build 2"


def test_each_image_is_built_once_for_all_machines() -> None:
    result = plan(desired(replace(US, count=4)), standing=False)
    assert [o.id for o in result.operations if o.kind == "image"] == ["image:linux/amd64:web"]


def test_a_service_waits_for_what_it_depends_on() -> None:
    result = plan(desired(US), standing=False)
    (web,) = [o for o in result.operations if o.id == "container:us-1:web"]
    assert "container:us-1:db" in web.needs


def test_a_stopped_or_unhealthy_container_is_deployed_again() -> None:
    wanted = desired(US)
    seen = view("us-1", wanted)
    db, web = seen.containers
    for broken in (replace(web, state="exited"), replace(web, health="unhealthy")):
        result = plan(wanted, replace(seen, containers=(db, broken)))
        assert lines(result) == ["create image web", "update container web on us-1"]


def test_what_a_killed_run_left_half_way_is_not_taken_for_the_service() -> None:
    wanted = desired(US)
    seen = view("us-1", wanted)
    db, web = seen.containers
    left = replace(web, name=web.name + "-previous", role="previous")
    result = plan(wanted, replace(seen, containers=(db, left)))
    assert "create container web on us-1" in lines(result)


def test_a_container_no_longer_in_the_project_is_removed() -> None:
    wanted = desired(US)
    seen = view("us-1", wanted)
    old = replace(seen.containers[0], service="cron", name="shop-production-cron")
    result = plan(wanted, replace(seen, containers=(*seen.containers, old)))
    assert lines(result) == ["delete container shop-production-cron on us-1"]


def test_surplus_machines_go_last() -> None:
    wanted = desired(US)
    result = plan(wanted, view("us-1", wanted), view("us-2", wanted), view("eu-1", wanted, "eu"))
    assert lines(result) == ["delete machine us-2", "delete machine eu-1"]
    changed = plan(desired(US, web="build:2"), view("us-1", wanted), view("us-2", wanted))
    destroy = changed.operations[-1]
    assert destroy.needs == {operation.id for operation in changed.operations[:-1]}


def test_of_two_machines_with_one_name_the_first_stays() -> None:
    wanted = desired(US)
    first, second = view("us-1", wanted), view("us-1", wanted)
    second = replace(second, cloud=replace(second.cloud, id="i-double"))
    result = plan(wanted, first, second)
    (operation,) = result.operations
    assert operation.id == "destroy:machine:i-double"


def test_of_two_machines_the_plan_says_which_stays() -> None:
    wanted = desired(US)
    first, second = view("us-1", wanted), view("us-1", wanted)
    second = replace(second, cloud=replace(second.cloud, id="i-double"))
    result = plan(wanted, first, second)
    assert result.machines == (first,)
    assert "a second machine of this name beside i-us-1" in result.changes[0].detail


def test_a_target_that_moved_to_another_region_is_made_there_and_then_removed_here() -> None:
    wanted = desired(replace(US, region="eu-west-1"))
    here = Resource("disk", "vol-1", "vol", "aws", "us-east-1", "us", {})
    survey = Survey((view("us-1", wanted),), (*resources(US), here))
    result = plan_up(wanted, survey, TODAY)
    assert result.machines == ()
    assert [o.id for o in result.operations if o.kind == "machine"] == ["machine:us-1:us-1"]
    (firewall,) = [o for o in result.operations if o.kind == "firewall"]
    assert firewall.describe().action == "create"
    destroyed = [o for o in result.operations if o.kind == "destroy"]
    assert [o.id for o in destroyed] == [
        "destroy:machine:i-us-1",
        "destroy:disk:vol-1",
        "destroy:firewall:sg-1",
        "destroy:key:key-1",
    ]
    assert "its target is in eu-west-1 now" in destroyed[0].detail
    made = {o.id for o in result.operations if o.kind in ("machine", "container", "reach")}
    assert made <= destroyed[0].needs
    for earlier, later in pairwise(destroyed):
        assert earlier.id in later.needs


def test_what_is_left_in_a_region_without_targets_goes() -> None:
    wanted = desired(US)
    key = Resource("key", "key-eu", "key", "aws", "eu-central-1", None, {})
    survey = Survey((view("us-1", wanted),), (*resources(US), key))
    assert lines(plan_up(wanted, survey, TODAY)) == ["delete key key"]


def test_a_machine_of_another_system_stops_the_plan() -> None:
    wanted = desired(replace(US, arch="arm64"))
    wanted = replace(
        wanted, workloads={(name, "linux/arm64"): w for (name, _), w in wanted.workloads.items()}
    )
    seen = view("us-1", wanted)
    tags = {TAG_MADE_AS: made_as(US)}
    with pytest.raises(LongshoreError, match="system and architecture of a machine") as caught:
        plan(wanted, replace(seen, cloud=replace(seen.cloud, tags=tags)))
    assert caught.value.exit_code == ExitCode.BAD_INPUT


def test_a_missing_key_is_a_line_of_the_plan() -> None:
    wanted = desired(US)
    survey = Survey((view("us-1", wanted),), resources(US)[:1])
    assert lines(plan_up(wanted, survey, TODAY)) == ["create key us"]


def test_a_machine_that_still_has_its_first_host_key_is_a_line_of_the_plan() -> None:
    wanted = desired(US)
    result = plan(wanted, replace(view("us-1", wanted), trusted=False))
    assert lines(result) == ["update host key us-1"]


def test_the_firewall_of_a_target_that_is_gone_goes_after_its_machines() -> None:
    wanted = desired(US)
    seen = view("eu-1", wanted, "eu")
    survey = Survey(
        (view("us-1", wanted), seen),
        (*resources(US), Resource("firewall", "sg-eu", "sg-eu", "aws", "us-east-1", "eu", {})),
    )
    result = plan_up(wanted, survey, TODAY)
    assert [o.id for o in result.operations] == ["destroy:machine:i-eu-1", "destroy:firewall:sg-eu"]
    assert result.operations[1].needs == {"destroy:machine:i-eu-1"}


def test_a_machine_met_for_the_first_time_is_trusted_before_anything_else() -> None:
    wanted = desired(US)
    booting = MachineView(machine("us-1"), "booting")
    result = plan(wanted, booting)
    assert [o.kind for o in result.operations if o.machine == "us-1"][:2] == ["connect", "engine"]


def test_an_unknown_machine_is_neither_absent_nor_touched() -> None:
    lost = MachineView(machine("us-1"), "unknown", True, error=LongshoreError("no answer"))
    result = plan(desired(US), lost)
    assert result.unknown == ("us-1",)
    assert result.warnings == ("us-1 is unknown: no answer",)
    assert [o for o in result.operations if o.machine == "us-1"] == []


def test_an_engine_that_is_not_ready_is_repaired() -> None:
    wanted = desired(US)
    result = plan(wanted, MachineView(machine("us-1"), "ok", True, engine=False))
    assert "update engine docker" in lines(result)


def test_a_playbook_that_has_changed_since_goes_through_again() -> None:
    wanted = desired(US)
    result = plan(wanted, replace(view("us-1", wanted), stamp="older"))
    assert lines(result) == ["update engine docker"]


def test_a_moved_deployer_changes_the_firewall_only() -> None:
    wanted = replace(desired(US), deployer=Deployer("ann@laptop", ("203.0.113.5/32",), True))
    result = plan(wanted, view("us-1", wanted))
    assert lines(result) == ["update firewall us"]
    assert result.changes[0].detail == "+ ssh from 203.0.113.5/32, - ssh from 198.51.100.7/32"


def test_a_machine_made_as_something_else_is_warned_about() -> None:
    wanted = desired(replace(US, size=Size(type="m7i.large"), market="spot"))
    seen = view("us-1", wanted)
    tags = {TAG_MADE_AS: made_as(US)}
    result = plan(wanted, replace(seen, cloud=replace(seen.cloud, tags=tags)))
    assert result.empty
    (warning,) = result.warnings
    assert warning.startswith(
        "us-1 was made as 2cpu-4096mib-20gib-disk-debian-12-x86_64, "
        "the project now asks for m7i-large-20gib-disk-debian-12-x86_64-spot: "
    )
