"""Keeping the state a true cache of what a survey has just shown."""

from __future__ import annotations

from orchestrator.app.session import Session
from orchestrator.operations.context import Context
from orchestrator.operations.create_machine import LISTED_AFTER
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.server_record import remember_server
from orchestrator.planning.naming import machine_names
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import Survey
from orchestrator.reporting.events import MachineAdopted
from orchestrator.spec.hosts import REGION, SERVERS
from orchestrator.state.places import Place


def adopt(session: Session, plan: Plan, survey: Survey, context: Context) -> None:
    """Write down the machines that the plan keeps as the cloud shows them now, new
    addresses included, with the images they run; forget those the cloud has no more."""
    known = session.store.machines.all()
    for view in plan.machines:
        record = known.get(view.name)
        if record is None or record.id != view.cloud.id:
            reason = "it carries this environment's tags"
            session.sink.emit(MachineAdopted(view.name, view.cloud.id, reason))
        record_machine(context, view.cloud)
        remember_server(context, view.cloud.id)
        platform = plan.platforms.get(view.cloud.target, "")
        for container in view.containers:
            if container.role == "current" and platform:
                context.results.put_image(container.service, platform, container.image_id)
    live = {view.cloud.id for view in survey.machines}
    kept = {view.name for view in plan.machines}
    for record in known.values():
        asked = Place(record.provider, record.region) in survey.answered
        if asked and record.id not in live and record.name not in kept:
            session.store.machines.forget(record.name)
    for id in session.store.servers.all():
        if Place(SERVERS, REGION) in survey.answered and id not in live:
            session.store.servers.forget(id)


def tidy(session: Session, survey: Survey) -> None:
    """Drop requests whose machine is known by now or no longer wanted, and places that the
    project no longer names and that were seen to be empty.

    Not while a request is so recent that what came of it may not be listed yet.
    """
    store = session.store
    if store.requests.younger_than(LISTED_AFTER):
        return
    wanted = {name for target in session.project.targets for name in machine_names(target)}
    known = {name for name, record in store.machines.all().items() if record.rotated}
    store.requests.erase_but(wanted - known)
    empty = survey.answered - survey.occupied - frozenset(session.places)
    if empty:
        store.places.forget(empty)
