"""`longshore down`: destroy everything of ours, then look whether anything is left."""

from __future__ import annotations

from orchestrator.app.apply import apply, journaled, new_context
from orchestrator.app.session import Session, open_session
from orchestrator.app.up import Confirm
from orchestrator.cancellation import Cancellation
from orchestrator.errors import LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.planning.down import plan_down
from orchestrator.reporting.sink import Sink


def down(invocation: Invocation, sink: Sink, cancel: Cancellation, confirm: Confirm) -> None:
    """Take the environment down. What is gone already is fine. Raises LongshoreError,
    with what is left, when the cloud still lists something of ours afterwards."""
    with (
        open_session(
            invocation, sink, cancel, "down", mutating=True, services="unneeded"
        ) as session,
        journaled(session, "down"),
    ):
        plan = plan_down(session.survey(inside=False))
        sink.emit(plan.event())
        if not plan.empty:
            confirm("Destroy all of this?")
            cancel.check()
            apply(plan.operations, new_context(session))
            _verify(session)
        _forget(session)


def _verify(session: Session) -> None:
    survey = session.survey(inside=False)
    left = [f"machine {view.name} ({view.cloud.id})" for view in survey.machines]
    left += [f"{resource.kind} {resource.id}" for resource in survey.resources]
    if left:
        raise LongshoreError(
            f"still there: {', '.join(left)}",
            advice="run `longshore down` again; if it stays, look in the cloud's console for "
            "what holds it",
        )


def _forget(session: Session) -> None:
    for name in session.store.machines.all():
        session.store.machines.forget(name)
    session.store.requests.erase_all()
