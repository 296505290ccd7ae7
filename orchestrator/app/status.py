"""`longshore status`: what exists and what it runs, seen now."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from orchestrator.app.session import Session, open_session
from orchestrator.app.urls import urls_of
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode
from orchestrator.exit_code import exit_code_of
from orchestrator.invocation import Invocation
from orchestrator.planning.servers import names_in
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.sink import Sink
from orchestrator.reporting.status import (
    ServiceStatus,
    StatusReport,
    StatusRow,
    UnansweredPlace,
)
from orchestrator.spec.model import Opening
from orchestrator.state.places import Place

SHORT_IMAGE = 19
"""Characters of an image id: `sha256:` and twelve digits."""


def status(invocation: Invocation, sink: Sink, cancel: Cancellation) -> ExitCode:
    """Ask the clouds and the machines and report what they say; changes nothing.

    A cloud that cannot be asked leaves its machines unknown and the others as they are; the
    exit code is its error's. Raises CloudError or LongshoreError when none could be asked.
    """
    with open_session(invocation, sink, cancel, "status", services="unneeded") as session:
        survey = session.survey(partial=True)
        between = session.project.between or ()
        rows = [_row(view, between) for view in survey.machines]
        for found in (_remembered(session, survey), _missing(session, survey)):
            seen = {row.machine for row in rows}
            rows += [row for row in found if row.machine not in seen]
        sink.emit(StatusReport(tuple(rows), tuple(_unanswered(survey))))
        for error in survey.unanswered.values():
            return exit_code_of(error)
        return ExitCode.DONE


def _unanswered(survey: Survey) -> Iterator[UnansweredPlace]:
    for place, error in survey.unanswered.items():
        yield UnansweredPlace(*place, str(error), error.advice)


def _row(view: MachineView, between: Collection[Opening]) -> StatusRow:
    cloud = view.cloud
    unknown = view.reach == "unknown" and cloud.state == "running"
    urls = dict(urls_of(view, between))
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


def _remembered(session: Session, survey: Survey) -> Iterator[StatusRow]:
    """The machines that were last seen in a place that cannot be asked now."""
    for record in session.store.machines.all().values():
        place = Place(record.provider, record.region)
        if place in survey.unanswered:
            yield StatusRow(
                machine=record.name,
                target=record.target,
                provider=record.provider,
                region=record.region,
                zone="",
                type="",
                state="unknown",
                address=record.address,
                note=f"{place} cannot be asked; this is where it was last seen",
            )


def _missing(session: Session, survey: Survey) -> Iterator[StatusRow]:
    """Machines of the project that no place has shown: absent, if all of theirs were asked."""
    for target in session.project.targets:
        silent = [place for place in target.places if place in survey.unanswered]
        place = silent[0] if silent else target.places[0]
        where = "not claimed" if target.hosts else "not in the cloud"
        for name in names_in(target, session.project, survey):
            yield StatusRow(
                machine=name,
                target=target.name,
                provider=place.provider,
                region=place.region,
                zone="",
                type="",
                state="unknown" if silent else "absent",
                address="",
                note=f"{place} cannot be asked"
                if silent
                else f"in the project, {where}: run `longshore up`",
            )
