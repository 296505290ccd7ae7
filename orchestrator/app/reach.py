"""Getting to one machine, or to the containers of a service, for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestrator.app.session import Session
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.planning.clouds import no_answer
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.events import Warned
from orchestrator.spec.model import Project


def survey_what_answers(session: Session) -> Survey:
    """What exists in the clouds that can be asked, with a warning for each place that cannot.
    Raises CloudError or LongshoreError when none can."""
    survey = session.survey(partial=True)
    for place, error in survey.unanswered.items():
        session.sink.emit(Warned(f"{place} cannot be asked: {error}", error.advice))
    return survey


def reachable(session: Session, survey: Survey) -> tuple[MachineView, ...]:
    """The machines that answered. When none did, raises the error of one that should have,
    else why the first one was not asked; LongshoreError when there is none at all."""
    answered = tuple(view for view in survey.machines if view.reach == "ok")
    if answered:
        return answered
    if not survey.machines:
        raise _nothing(session.project)
    failed = (view for view in survey.machines if view.error is not None)
    return (answering(next(failed, survey.machines[0])),)


def pick(session: Session, survey: Survey, name: str | None) -> MachineView:
    """The machine of that name, or the only one; whether it answers is another question.
    Raises LongshoreError (bad input) that names the choices otherwise, and why a place could
    not be asked when the machine may be there."""
    by_name: dict[str, MachineView] = {}
    for view in survey.machines:
        by_name.setdefault(view.name, view)
    if name is not None and name in by_name:
        return by_name[name]
    for place, error in survey.unanswered.items():
        raise no_answer(place, error, among=len(survey.places))
    if name is None and len(by_name) == 1:
        return next(iter(by_name.values()))
    if not by_name:
        raise _nothing(session.project)
    what = f"there is no machine {name}" if name else "there are several machines"
    raise LongshoreError(
        what, advice=f"name one of: {', '.join(by_name)}", exit_code=ExitCode.BAD_INPUT
    )


def answering(view: MachineView) -> MachineView:
    """`view`, if its machine answered. Raises the machine's own error, or LongshoreError
    (unreachable) with why it was not asked, otherwise."""
    if view.reach == "ok":
        return view
    if view.error is not None:
        raise view.error
    if view.reach == "booting":
        why, advice = "it has not been met yet", "run `longshore up`, which meets it first"
    else:
        why, advice = view.why, "`longshore status` shows the machines and what state they are in"
    raise LongshoreError(
        f"{view.name} cannot be talked to: {why}", advice=advice, exit_code=ExitCode.UNREACHABLE
    )


def _nothing(project: Project) -> LongshoreError:
    return LongshoreError(
        f"{project.name} has no machine to talk to in {project.environment}",
        advice="`longshore up` makes them; `longshore status` shows what there is",
    )


def looks_like_a_machine(project: Project, word: str) -> bool:
    """Whether `word` has the form of a machine's name in this project, such as `us-7`."""
    target, _, number = word.rpartition("-")
    names = {each.name for each in project.targets}
    return target in names and re.fullmatch("[0-9]+", number) is not None


def check_services(session: Session, views: Iterable[MachineView], names: Iterable[str]) -> None:
    """Raise LongshoreError (bad input) for a service that neither the project nor any of
    its machines has."""
    known = [service.name for service in session.project.services]
    known += [container.service for view in views for container in view.containers]
    for name in names:
        if name not in known:
            there = ", ".join(dict.fromkeys(known)) or "none"
            raise LongshoreError(
                f"there is no service {name}",
                advice=f"there are: {there}",
                exit_code=ExitCode.BAD_INPUT,
            )
