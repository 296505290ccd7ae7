"""Keeping the state a true cache of what a survey has just shown."""

from __future__ import annotations

from orchestrator.app.session import Session
from orchestrator.operations.context import Context
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.workload import PLATFORMS
from orchestrator.planning.naming import machine_names
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import Survey
from orchestrator.reporting.events import MachineAdopted


def adopt(session: Session, plan: Plan, survey: Survey, context: Context) -> None:
    """Write down the machines that the plan keeps as the cloud shows them now, new
    addresses included, with the images they run; forget those the cloud has no more."""
    platforms = {target.name: PLATFORMS[target.arch] for target in session.project.targets}
    known = session.store.machines.all()
    for view in plan.machines:
        record = known.get(view.name)
        if record is None or record.id != view.cloud.id:
            reason = "it carries this environment's tags"
            session.sink.emit(MachineAdopted(view.name, view.cloud.id, reason))
        record_machine(context, view.cloud)
        for container in view.containers:
            if container.role == "current":
                platform = platforms[view.cloud.target]
                context.results.put_image(container.service, platform, container.image_id)
    live = {view.cloud.id for view in survey.machines}
    for record in known.values():
        asked = (record.provider, record.region) in survey.places
        if asked and record.id not in live:
            session.store.machines.forget(record.name)


def tidy(session: Session, survey: Survey) -> None:
    """Drop requests of machines that the project no longer has, and places that it no
    longer names and that were seen to be empty."""
    wanted = {name for target in session.project.targets for name in machine_names(target)}
    for name, request in session.store.requests.all().items():
        if name not in wanted:
            session.store.requests.erase(request.token)
    empty = frozenset(survey.places) - survey.occupied - frozenset(session.places)
    if empty:
        session.store.places.forget(empty)
