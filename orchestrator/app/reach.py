"""Getting to one machine, or to the containers of a service, for a person."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.app.session import Session
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.planning.survey import MachineView, Survey


def reachable(session: Session, survey: Survey) -> tuple[MachineView, ...]:
    """The machines that answered. Raises the first machine's error when none did, and
    LongshoreError when there is none at all."""
    answered = tuple(view for view in survey.machines if view.reach == "ok")
    if answered:
        return answered
    for view in survey.machines:
        if view.error is not None:
            raise view.error
    raise LongshoreError(
        f"{session.project.name} has no machine to talk to in {session.project.environment}",
        advice="`longshore up` makes them; `longshore status` shows what there is",
    )


def pick(views: Iterable[MachineView], name: str | None) -> MachineView:
    """The machine of that name, or the only one. Raises LongshoreError (bad input) that
    names the choices otherwise."""
    by_name = {view.name: view for view in views}
    if name is None and len(by_name) == 1:
        return next(iter(by_name.values()))
    if name is None or name not in by_name:
        what = f"there is no machine {name}" if name else "there are several machines"
        raise LongshoreError(
            what, advice=f"name one of: {', '.join(by_name)}", exit_code=ExitCode.BAD_INPUT
        )
    return by_name[name]


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
