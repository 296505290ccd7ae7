"""`longshore down`: destroy everything of ours, then look whether anything is left."""

from __future__ import annotations

from orchestrator.app.apply import apply, journaled, new_context
from orchestrator.app.session import Session, open_session
from orchestrator.app.up import Confirm
from orchestrator.cancellation import Cancellation
from orchestrator.errors import LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.operations.create_machine import LISTED_AFTER
from orchestrator.planning.clouds import no_answer
from orchestrator.planning.down import plan_down
from orchestrator.planning.servers import lost, say_lost, without
from orchestrator.planning.survey import Survey
from orchestrator.reporting.events import Warned
from orchestrator.reporting.sink import Sink


def down(invocation: Invocation, sink: Sink, cancel: Cancellation, confirm: Confirm) -> None:
    """Take the environment down. What is gone already is fine. Raises LongshoreError,
    with what is left, when a cloud still lists something of ours afterwards, or cannot be
    asked: what is in the others goes all the same."""
    with (
        open_session(
            invocation, sink, cancel, "down", mutating=True, services="unneeded"
        ) as session,
        journaled(session, "down"),
    ):
        survey = _still_there(session, session.survey(inside=False, partial=True))
        plan = plan_down(survey)
        sink.emit(plan.event())
        if not plan.empty:
            confirm("Destroy all of this?")
            cancel.check()
            apply(plan.operations, new_context(session))
            survey = _verify(session)
        _refuse_unknown(survey)
        _forget(session)


def _refuse_unknown(survey: Survey) -> None:
    """Something may be in a place that cannot be asked: it stays remembered, and the run has
    not done what it was asked for."""
    for place, error in survey.unanswered.items():
        raise no_answer(place, error, among=len(survey.places))


def _still_there(session: Session, survey: Survey, *, say: bool = True) -> Survey:
    """The survey but for servers that left the project and do not answer: nobody can take
    anything from them, and whoever threw one away must be able to say so."""
    gone = lost(survey, session.project)
    for view in gone if say else ():
        session.sink.emit(Warned(f"{say_lost(view)}, and it is forgotten"))
    return without(survey, gone)


def _verify(session: Session) -> Survey:
    survey = _still_there(session, session.survey(inside=False, partial=True), say=False)
    left = [f"machine {view.name} ({view.cloud.id})" for view in survey.machines]
    left += [f"{resource.kind} {resource.id}" for resource in survey.resources]
    if left:
        raise LongshoreError(
            f"still there: {', '.join(left)}",
            advice="run `longshore down` again; if it stays, look in the cloud's console for "
            "what holds it",
        )
    return survey


def _forget(session: Session) -> None:
    """Nothing is left, so nothing is remembered, except create calls so recent that their
    machines may not be listed yet: those keep their token and their place."""
    store = session.store
    for name in store.machines.all():
        store.machines.forget(name)
    for id in store.servers.all():
        store.servers.forget(id)
    recent = store.requests.younger_than(LISTED_AFTER)
    if recent:
        session.sink.emit(
            Warned(
                f"an interrupted run asked for {', '.join(recent)} a moment ago, and the cloud "
                "may not list it yet",
                advice=f"run `longshore down` again in {LISTED_AFTER:.0f} seconds to be sure",
            )
        )
        return
    store.requests.erase_all()
    store.places.forget(store.places.all())
