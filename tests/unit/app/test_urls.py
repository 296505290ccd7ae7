"""Which URLs a run may announce: of what is there when it has ended."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.app.urls import standing_urls
from orchestrator.engine.containers import Container, PublishedPort
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.operation import Operation
from orchestrator.operations.remove_container import RemoveContainer
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import MachineView, Survey
from providers.contract.resources import machine_resource
from providers.contract.types import CloudMachine

WEB = Container(
    id="web",
    name="shop-production-web",
    service="web",
    project="shop",
    environment="production",
    release="r1",
    config_hash="",
    image_id="",
    state="running",
    health="none",
    role="current",
    ports=(PublishedPort(8080, 80, "tcp", "0.0.0.0"),),
)


def view(name: str, address: str, *containers: Container) -> MachineView:
    cloud = CloudMachine(
        id=f"i-{address}",
        name=name,
        target="us",
        provider="aws",
        region="us-east-1",
        zone="us-east-1a",
        type="t3.medium",
        state="running",
        address=address,
        private_address=None,
        token="",
        created="",
        tags={},
    )
    return MachineView(cloud, "ok", True, True, "", containers)


def announced(survey: Survey, *operations: Operation) -> list[tuple[str, str, str]]:
    return [(e.service, e.machine, e.url) for e in standing_urls(survey, Plan(operations))]


ONE, TWO = view("us-1", "192.0.2.1", WEB), view("us-2", "192.0.2.2", WEB)
BOTH = Survey((ONE, TWO), ())


def test_what_stays_is_announced() -> None:
    assert announced(BOTH) == [
        ("web", "us-1", "http://192.0.2.1/"),
        ("web", "us-2", "http://192.0.2.2/"),
    ]


def test_a_machine_that_was_destroyed_is_not() -> None:
    destroy = DestroyResource(resource=machine_resource(TWO.cloud))
    assert announced(BOTH, destroy) == [("web", "us-1", "http://192.0.2.1/")]


def test_of_two_machines_with_one_name_the_one_that_stays_is() -> None:
    double = view("us-1", "192.0.2.9", WEB)
    destroy = DestroyResource(resource=machine_resource(double.cloud))
    assert announced(Survey((ONE, double), ()), destroy) == [("web", "us-1", "http://192.0.2.1/")]


def test_a_service_that_was_removed_is_not() -> None:
    old = replace(
        WEB,
        name="shop-production-old",
        service="old",
        ports=(PublishedPort(8080, 81, "tcp", "0.0.0.0"),),
    )
    survey = Survey((view("us-1", "192.0.2.1", WEB, old), TWO), ())
    removal = RemoveContainer(machine_name="us-1", target="us", container=old.name)
    assert ("old", "us-1", "http://192.0.2.1:81/") in announced(survey)
    assert "old" not in [service for service, _, _ in announced(survey, removal)]
