"""`longshore up`: survey, plan, ask, apply, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from orchestrator.app.apply import apply, journaled, new_context
from orchestrator.app.bookkeeping import adopt, tidy
from orchestrator.app.planned import plan_session
from orchestrator.app.releases import ensure_release
from orchestrator.app.session import Session, open_session
from orchestrator.app.ssh_access import ssh_closed_after
from orchestrator.app.urls import report_urls
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.machines.errors import Unreachable
from orchestrator.operations.context import Context
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.sink import Sink

Confirm = Callable[[str], None]
QUESTION = "Apply this plan?"


def up(invocation: Invocation, sink: Sink, cancel: Cancellation, confirm: Confirm) -> None:
    """Make what exists equal to the project. Safe to repeat; without changes it makes no
    changing call to anything. Raises LongshoreError or CloudError."""
    with (
        open_session(invocation, sink, cancel, "up", mutating=True) as session,
        journaled(session, "up"),
    ):
        plan, survey = plan_session(session)
        sink.emit(plan.event())
        _refuse_incurable(plan)
        if not plan.empty:
            confirm(QUESTION)
        cancel.check()
        session.store.places.remember(session.places)
        context = new_context(session)
        with ssh_closed_after(session):
            if plan.unknown:
                plan, survey = _open_the_way(session, plan, context, confirm)
            adopt(session, plan, survey, context)
            if plan.empty:
                ensure_release(session, plan, context)
            else:
                apply(plan.operations, context)
        tidy(session, survey)
        report_urls(session, survey, plan)


def _refuse_incurable(plan: Plan) -> None:
    """Before anything is asked or changed: a machine that cannot be deployed to, for a
    reason that opening SSH to where we are now cannot mend. A plan that left it out would
    deploy to a part of the fleet."""
    for view in _unknown(plan):
        if not isinstance(view.error, Unreachable) or not _opens_ssh(plan):
            raise _why(view)


def _open_the_way(
    session: Session, plan: Plan, context: Context, confirm: Confirm
) -> tuple[Plan, Survey]:
    """Machines that did not answer, perhaps because SSH is open to another address than
    ours now (a laptop moves, every CI runner is new): open it, then look and plan again.

    Asks again when the second plan holds more than the first one showed. Raises the
    machine's own error when opening did not help.
    """
    apply(_opens_ssh(plan), context)
    second, survey = plan_session(session)
    session.sink.emit(second.event())
    for view in _unknown(second):
        raise _why(view)
    if not set(second.changes) <= set(plan.changes):
        confirm(QUESTION)
    return second, survey


def _opens_ssh(plan: Plan) -> tuple[PrepareTarget, ...]:
    """The steps that change a firewall, on their own."""
    return tuple(
        replace(operation, for_machines=False, needs=frozenset())
        for operation in plan.operations
        if isinstance(operation, PrepareTarget) and operation.action != "none"
    )


def _unknown(plan: Plan) -> list[MachineView]:
    return [view for view in plan.machines if view.name in plan.unknown]


def _why(view: MachineView) -> LongshoreError:
    if view.error is not None:
        return view.error
    return LongshoreError(
        f"{view.name} is not in a state to deploy to: {view.why}",
        advice="start it in the cloud's console, or take the environment down and up again",
        exit_code=ExitCode.UNREACHABLE,
    )
