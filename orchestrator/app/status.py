"""`longshore status`: what exists and what it runs, seen now."""

from __future__ import annotations

from orchestrator.app.session import Session, open_session
from orchestrator.app.urls import urls_of
from orchestrator.cancellation import Cancellation
from orchestrator.invocation import Invocation
from orchestrator.planning.naming import machine_names
from orchestrator.planning.survey import MachineView
from orchestrator.reporting.sink import Sink
from orchestrator.reporting.status import ServiceStatus, StatusReport, StatusRow

SHORT_IMAGE = 19
"""Characters of an image id: `sha256:` and twelve digits."""


def status(invocation: Invocation, sink: Sink, cancel: Cancellation) -> StatusReport:
    """Ask the clouds and the machines; changes nothing. Raises CloudError, LongshoreError."""
    with open_session(invocation, sink, cancel, "status", services="unneeded") as session:
        survey = session.survey()
        rows = [_row(view) for view in survey.machines]
        seen = {row.machine for row in rows}
        rows += [row for row in _missing(session) if row.machine not in seen]
        report = StatusReport(tuple(rows))
        sink.emit(report)
        return report


def _row(view: MachineView) -> StatusRow:
    cloud = view.cloud
    unknown = view.reach == "unknown" and cloud.state == "running"
    urls = dict(urls_of(view))
    return StatusRow(
        machine=view.name,
        target=cloud.target,
        provider=cloud.provider,
        region=cloud.region,
        zone=cloud.zone,
        type=cloud.type,
        state="unknown" if unknown else cloud.state,
        address=cloud.address or "",
        services=tuple(
            ServiceStatus(
                service=container.service,
                state=container.state if container.role == "current" else container.role,
                health="" if container.health == "none" else container.health,
                image=container.image_id[:SHORT_IMAGE],
                release=container.release,
                url=urls.get(container.service, "") if container.role == "current" else "",
            )
            for container in view.containers
        ),
        note=_note(view),
    )


def _note(view: MachineView) -> str:
    if view.why:
        return view.why
    if view.reach == "booting":
        return "not met yet: run `longshore up`"
    return "" if view.engine else "Docker is not as it should be: run `longshore up`"


def _missing(session: Session) -> list[StatusRow]:
    return [
        StatusRow(
            machine=name,
            target=target.name,
            provider=target.provider,
            region=target.region,
            zone="",
            type="",
            state="absent",
            address="",
            note="in the project, not in the cloud: run `longshore up`",
        )
        for target in session.project.targets
        for name in machine_names(target)
    ]
