"""Plans for servers that are there already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestrator.engine.containers import config_hash
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.facts import Facts
from orchestrator.operations.workload import Workload
from orchestrator.planning.desired import Desired
from orchestrator.planning.down import plan_down
from orchestrator.planning.plan import Plan
from orchestrator.planning.rules import Deployer
from orchestrator.planning.servers import equipped
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.planning.up import plan_up
from orchestrator.spec.hosts import Host
from orchestrator.spec.model import Port, Project, Service, Size, Target
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    TAG_TRUST,
    CloudMachine,
    MachineState,
)

TODAY = date(2026, 11, 24)
A, B, C = Host("192.0.2.1"), Host("192.0.2.2"), Host("192.0.2.3")
DB = Host("192.0.2.9", name="db")
WEB = Service(name="web", image="nginx:1.27", ports=(Port(80, 80), Port(9000, None)))
DEBIAN = Facts(
    os_family="debian",
    os_id="debian",
    os_version="12",
    os_name="Debian GNU/Linux 12 (bookworm)",
    arch="x86_64",
    kernel="6.1",
    hostname="one",
    user="root",
    groups=frozenset({"root"}),
    cpus=2,
    memory=4 * 1024**3,
    disk=40 * 1024**3,
    disk_free=30 * 1024**3,
    docker_socket=False,
    systemd=True,
)


def office(*hosts: Host, name: str = "office") -> Target:
    return Target(name, "servers", "hosts", Size(), count=len(hosts), hosts=hosts)


def project(*targets: Target) -> Project:
    return Project(
        name="shop",
        environment="production",
        file=Path("longshore.yaml"),
        compose_file=Path("compose.yaml"),
        directory=Path(),
        targets=targets,
        services=(WEB,),
        volumes=(),
        placement={"web": tuple(target.name for target in targets)},
    )


def workload() -> Workload:
    return Workload(WEB, "linux/amd64", "nginx:1.27", config_hash(WEB, "nginx:1.27"), "pull")


def view(
    host: Host, name: str, target: str = "office", state: MachineState = "running"
) -> MachineView:
    tags = {TAG_MACHINE: name, TAG_TARGET: target, TAG_TOKEN: f"{name}-0", TAG_TRUST: "rotated"}
    machine = CloudMachine(
        id=host.id,
        name=name,
        target=target,
        provider="servers",
        region="hosts",
        zone=host.label,
        type="2 vCPU 4 GiB",
        state=state,
        address=host.address,
        private_address=None,
        token=f"{name}-0",
        created="",
        tags=tags,
    )
    if state == "unreachable":
        return MachineView(machine, "unknown", trusted=True, note="it is unreachable")
    return MachineView(machine, "ok", trusted=True, engine=True, stamp="stamp")


def plan(*targets: Target, there: tuple[MachineView, ...] = (), facts: Facts = DEBIAN) -> Plan:
    found = {host.id: facts for target in targets for host in target.hosts}
    desired = Desired(
        project=equipped(project(*targets), found),
        workloads={("web", "linux/amd64"): workload()},
        public_key="",
        deployer=Deployer("ann@laptop", (), dynamic=False),
        stamps={"debian": "stamp"},
        facts=found,
    )
    return plan_up(desired, Survey(there, ()), TODAY)


def lines(found: Plan) -> list[tuple[str, str, str]]:
    return [(c.action, c.kind, c.subject) for c in found.changes]


def claims(found: Plan) -> dict[str, str]:
    return {c.subject: c.detail for c in found.changes if (c.action, c.kind) == ("create", "claim")}


def test_a_new_server_is_claimed_and_then_made_a_docker_host() -> None:
    found = plan(office(A))
    assert lines(found) == [
        ("create", "claim", "office-1"),
        ("update", "engine", "docker"),
        ("create", "container", "web"),
    ]
    assert claims(found)["office-1"] == (
        "claim 192.0.2.1:22: Debian GNU/Linux 12 (bookworm) x86_64, 2 vCPU, 4.0 GiB, 30 GiB free"
    )
    kinds = {operation.kind for operation in found.operations}
    assert "firewall" not in kinds
    assert "connect" not in kinds


def test_names_go_by_the_order_but_for_those_that_are_written() -> None:
    assert list(claims(plan(office(A, DB, B)))) == ["office-1", "db", "office-2"]


def test_a_claim_keeps_its_name_wherever_it_stands_in_the_list() -> None:
    there = (view(A, "office-1"), view(B, "office-2"))
    reordered = plan(office(C, B, A), there=there)
    assert list(claims(reordered)) == ["office-3"]
    assert [each.name for each in reordered.machines] == ["office-2", "office-1"]


def test_a_free_number_is_given_again() -> None:
    assert list(claims(plan(office(B, C), there=(view(B, "office-2"),)))) == ["office-1"]


def test_a_name_or_target_that_changed_in_the_file_changes_on_the_server() -> None:
    named = replace(A, name="front")
    found = plan(office(named, name="shop"), there=(view(A, "office-1"),))
    (change,) = [c for c in found.changes if c.kind == "claim"]
    assert (change.action, change.subject, change.target) == ("update", "front", "shop")
    assert change.detail == "192.0.2.1:22: its name was office-1, its target was office"


def test_nothing_changes_where_all_is_well() -> None:
    found = plan(office(A), there=(view(A, "office-1"),))
    assert [line for line in lines(found) if line[1] != "container"] == []


def test_that_nothing_guards_the_ports_is_said_where_some_are_opened() -> None:
    assert plan(office(A)).warnings == (
        "nothing guards the ports of office's servers: Docker publishes 80/tcp to every network "
        "that reaches them",
    )


def test_a_host_that_left_is_cleaned_before_its_claim_goes() -> None:
    found = plan(office(A), there=(view(A, "office-1"), view(B, "office-2")))
    clean, destroy = found.operations[-2:]
    assert (clean.kind, destroy.kind) == ("clean", "destroy")
    assert clean.id in destroy.needs
    (change,) = [c for c in found.changes if c.action == "delete"]
    assert (change.kind, change.subject) == ("claim", "office-2")
    assert "the server and its Docker stay" in change.detail


def test_a_host_that_left_and_does_not_answer_is_no_obstacle() -> None:
    found = plan(office(A), there=(view(A, "office-1"), view(B, "office-2", state="unreachable")))
    assert {operation.kind for operation in found.operations} & {"clean", "destroy"} == set()
    assert any("office-2 (192.0.2.2:22) is no longer in the project" in w for w in found.warnings)


def test_a_host_of_the_project_that_does_not_answer_is_unknown() -> None:
    found = plan(office(A), there=(view(A, "office-1", state="unreachable"),))
    assert found.unknown == ("office-1",)
    assert found.operations == ()


def test_down_says_what_stays() -> None:
    found = plan_down(Survey((view(A, "office-1"),), ()))
    assert [operation.kind for operation in found.operations] == ["clean", "destroy"]
    assert found.warnings == (
        "office-1: the servers stay, and Docker on them; this environment's containers and images "
        "go, and its volumes with the data in them",
    )


@pytest.mark.parametrize(
    ("facts", "host", "message"),
    [
        (
            replace(DEBIAN, os_family="", os_id="plan9", os_name="Plan 9"),
            A,
            "192.0.2.1 runs Plan 9, and the playbook does not know how to install Docker there",
        ),
        (
            replace(DEBIAN, arch="riscv64"),
            A,
            "192.0.2.1 is riscv64, and only x86_64 and arm64 are supported",
        ),
        (
            DEBIAN,
            replace(A, os="debian-13"),
            "192.0.2.1 is debian-12, and `os` of its target says debian-13",
        ),
        (
            DEBIAN,
            replace(A, arch="arm64"),
            "192.0.2.1 is x86_64, and `arch` of its target says arm64",
        ),
    ],
)
def test_a_server_that_will_not_do_is_refused_first(facts: Facts, host: Host, message: str) -> None:
    with pytest.raises(LongshoreError) as caught:
        plan(office(host), facts=facts)
    assert caught.value.message == message
    assert caught.value.advice
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_servers_of_one_target_share_an_architecture() -> None:
    facts = {A.id: DEBIAN, DB.id: replace(DEBIAN, arch="arm64")}
    with pytest.raises(LongshoreError, match=r"192\.0\.2\.1 is x86_64 and db is arm64"):
        equipped(project(office(A, DB)), facts)


def test_the_architecture_is_what_was_found() -> None:
    facts = {A.id: replace(DEBIAN, arch="arm64")}
    assert equipped(project(office(A)), facts).targets[0].arch == "arm64"
