"""Where what runs can be seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from orchestrator.app.session import Session
from orchestrator.operations.check_url import url_of
from orchestrator.operations.deploy_service import DeployService
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.remove_container import RemoveContainer
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.events import UrlReady
from orchestrator.spec.model import Opening

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container


def report_urls(session: Session, survey: Survey, plan: Plan) -> None:
    """One event for each published port that a surveyed machine serves already and goes on
    serving after `plan`."""
    for event in standing_urls(survey, plan, session.project.between or ()):
        session.sink.emit(event)


def standing_urls(
    survey: Survey, plan: Plan, between: Collection[Opening] = ()
) -> Iterator[UrlReady]:
    """What the plan did not touch: containers it deployed have been reported when they
    answered, those it removed and those of machines it destroyed are no more."""
    gone = {o.resource.id for o in plan.operations if isinstance(o, DestroyResource)}
    touched = {
        (o.machine_name, o.subject)
        for o in plan.operations
        if isinstance(o, DeployService | RemoveContainer)
    }
    for view in survey.machines:
        if view.cloud.id in gone:
            continue
        for container in view.containers:
            if not {(view.name, container.service), (view.name, container.name)} & touched:
                for url in _urls(view, container, between):
                    yield UrlReady(container.service, view.name, url)


def urls_of(view: MachineView, between: Collection[Opening] = ()) -> Iterator[tuple[str, str]]:
    """Service and URL of every port that a running container publishes to everyone, and not
    to the environment's machines alone."""
    for container in view.containers:
        for url in _urls(view, container, between):
            yield container.service, url


def _urls(view: MachineView, container: Container, between: Collection[Opening]) -> Iterator[str]:
    if container.role == "current" and container.running:
        for port in container.ports:
            if port.protocol != "tcp" or Opening(port.published) in between:
                continue
            if port.host_ip == "0.0.0.0":  # noqa: S104
                yield url_of(view.cloud.address or "", port.published)
