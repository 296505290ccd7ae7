"""`longshore up`: survey, plan, ask, apply, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from orchestrator.app.apply import apply, journaled, new_context
from orchestrator.app.planned import plan_session
from orchestrator.app.releases import ensure_release, note_running_images
from orchestrator.app.session import Session, open_session
from orchestrator.app.ssh_access import ssh_closed_after
from orchestrator.app.urls import report_urls
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.operations.context import Context
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import Survey
from orchestrator.reporting.events import MachineAdopted
from orchestrator.reporting.sink import Sink

Confirm = Callable[[str], None]


def up(invocation: Invocation, sink: Sink, cancel: Cancellation, confirm: Confirm) -> None:
    """Make what exists equal to the project. Safe to repeat; without changes it makes no
    changing call to anything. Raises LongshoreError or CloudError."""
    with (
        open_session(invocation, sink, cancel, "up", mutating=True) as session,
        journaled(session, "up"),
    ):
        plan, survey = plan_session(session)
        sink.emit(plan.event())
        context = new_context(session)
        if plan.empty and not plan.unknown:
            _adopt(session, survey, context)
            ensure_release(session, context)
            report_urls(session, survey, plan)
            return
        if not plan.empty:
            confirm("Apply this plan?")
        cancel.check()
        with ssh_closed_after(session):
            if plan.unknown:
                plan, survey = _open_the_way(session, plan, context)
            _adopt(session, survey, context)
            apply(plan.operations, context)
            report_urls(session, survey, plan)


def _open_the_way(session: Session, plan: Plan, context: Context) -> tuple[Plan, Survey]:
    """Machines that could not be asked: if SSH is not open to where we are now (a laptop
    moves, every CI runner is new), open it, then look and plan again.

    Raises the machine's own error when that does not help: a plan that leaves out a
    machine would deploy to half of the fleet.
    """
    first = tuple(
        replace(operation, needs=frozenset())
        for operation in plan.operations
        if isinstance(operation, PrepareTarget) and operation.action != "none"
    )
    if first:
        apply(first, context)
    plan, survey = plan_session(session)
    if plan.unknown:
        views = [view for view in survey.machines if view.name in plan.unknown]
        for view in views:
            if view.error is not None:
                raise view.error
        raise LongshoreError(
            f"{', '.join(plan.unknown)}: not in a state to deploy to: {views[0].why}",
            advice="start the machine, or take the environment down and up again",
            exit_code=ExitCode.UNREACHABLE,
        )
    session.sink.emit(plan.event())
    return plan, survey


def _adopt(session: Session, survey: Survey, context: Context) -> None:
    """Write down every machine as the cloud shows it now, new addresses included."""
    known = session.store.machines.all()
    for view in survey.machines:
        if view.cloud.state not in ("pending", "running"):
            continue
        record = known.get(view.name)
        if record is None or record.id != view.cloud.id:
            session.sink.emit(
                MachineAdopted(view.name, view.cloud.id, "it carries this environment's tags")
            )
        record_machine(context, view.cloud)
    note_running_images(session, survey, context)
