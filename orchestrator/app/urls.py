"""Where what runs can be seen."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.app.session import Session
from orchestrator.operations.check_url import url_of
from orchestrator.operations.deploy_service import DeployService
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.events import UrlReady


def report_urls(session: Session, survey: Survey, plan: Plan) -> None:
    """One event for each published port that a surveyed machine serves already. Those of
    containers deployed by `plan` have been reported when they answered."""
    deployed = {
        (operation.machine_name, operation.subject)
        for operation in plan.operations
        if isinstance(operation, DeployService)
    }
    for view in survey.machines:
        for service, url in urls_of(view):
            if (view.name, service) not in deployed:
                session.sink.emit(UrlReady(service, view.name, url))


def urls_of(view: MachineView) -> Iterator[tuple[str, str]]:
    """Service and URL of every port that a running container publishes to everyone."""
    for container in view.containers:
        if container.role == "current" and container.running:
            for port in container.ports:
                if port.protocol == "tcp" and port.host_ip == "0.0.0.0":  # noqa: S104
                    yield container.service, url_of(view.cloud.address or "", port.published)
