"""`longshore doctor`: everything that could stand in the way of `up`, before `up`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import orchestrator
from orchestrator.app.rehearsed import rehearsed
from orchestrator.app.servers import servers_at_hand
from orchestrator.app.session import state_directory
from orchestrator.app.workstation import look_at_this_machine
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.operations.providers import Providers
from orchestrator.reporting.doctor import CheckRow, DoctorReport
from orchestrator.reporting.events import RunStarted
from orchestrator.reporting.sink import Sink
from orchestrator.spec import SpecError, load_project
from orchestrator.spec.model import Project, Target
from orchestrator.spec.problem import Problem
from orchestrator.state.database import StateError
from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.types import Finding, Need, Place, Requirement

SIDE_BY_SIDE = 8
"""Targets and places looked into at the same time."""
PROJECT = "the project"
CORRECT = "correct it and run `longshore doctor` again"

_CODES: Mapping[str, ExitCode] = {
    "credentials": ExitCode.AUTH,
    "permission": ExitCode.AUTH,
    "clock": ExitCode.AUTH,
    "quota": ExitCode.CAPACITY,
    "project": ExitCode.BAD_INPUT,
    "provider": ExitCode.BAD_INPUT,
    "image": ExitCode.BAD_INPUT,
    "size": ExitCode.BAD_INPUT,
    "network": ExitCode.BAD_INPUT,
    "ssh": ExitCode.BAD_INPUT,
}
"""What a failed check stands for. A clock that is wrong makes every signature invalid."""
_WORST = (ExitCode.AUTH, ExitCode.CAPACITY, ExitCode.BAD_INPUT, ExitCode.FAILED)


@dataclass(frozen=True)
class Diagnosis:
    """What was found, and the exit code for the worst of it."""

    report: DoctorReport
    exit_code: ExitCode


def doctor(invocation: Invocation, sink: Sink, cancel: Cancellation) -> Diagnosis:
    """Look into the project, this machine and every place the project names; change nothing.

    What cannot be looked into is a row too. Raises Interrupted only.
    """
    project, rows = _read(invocation, sink)
    if project is not None and invocation.sandbox:
        project = rehearsed(project, os.environ)
    rows += look_at_this_machine(project, os.environ)
    if project is not None:
        directory = state_directory(project, sandbox=invocation.sandbox)
        try:
            with servers_at_hand(project, directory, sink, cancel) as settings:
                rows += _look_at_places(project, Providers(settings, sink, cancel))
        except StateError as error:
            rows.append(_row("project", "state", error))
    report = DoctorReport(tuple(dict.fromkeys(rows)))
    sink.emit(report)
    return Diagnosis(report, exit_code(report.rows))


def exit_code(rows: Iterable[CheckRow]) -> ExitCode:
    """The code for the worst class among the checks that failed; a cloud that could not be
    reached at all is a failure too."""
    codes = {_CODES.get(row.check, ExitCode.FAILED) for row in rows if row.verdict == "failed"}
    if any(row.check == "credentials" and row.verdict == "unknown" for row in rows):
        codes.add(ExitCode.FAILED)
    return next((code for code in _WORST if code in codes), ExitCode.DONE)


def _read(invocation: Invocation, sink: Sink) -> tuple[Project | None, list[CheckRow]]:
    """The project, as far as it can be read, and what is wrong with it."""
    problems: list[CheckRow] = []
    for services in (True, False):
        try:
            found = invocation.with_project_file()
            project = load_project(
                found.file,
                environment=found.environment,
                environ=os.environ,
                services=services,
            )
        except SpecError as error:
            problems = [_problem(problem) for problem in error.problems]
        except LongshoreError as error:
            return None, [_row("project", str(invocation.file), error)]
        else:
            sink.protect(project.secrets)
            sink.emit(
                RunStarted("doctor", project.name, project.environment, orchestrator.__version__)
            )
            said = f"{project.name}, environment {project.environment}"
            well = CheckRow(PROJECT, "project", str(found.file), "ok", said)
            return project, problems or [well]
    return None, problems


def _problem(problem: Problem) -> CheckRow:
    place = f"{problem.file.name}:{problem.line}" if problem.line else problem.file.name
    said = f"{problem.key}: {problem.message}" if problem.key else problem.message
    return CheckRow(PROJECT, "project", place, "failed", said, problem.advice or CORRECT)


def _row(check: str, subject: str, error: LongshoreError | CloudError, where: str = "") -> CheckRow:
    return CheckRow(
        where or PROJECT, check, subject, "failed", error.message, error.advice or CORRECT
    )


def _look_at_places(project: Project, providers: Providers) -> list[CheckRow]:
    """Every target in every place it may be in, side by side; in the project's order."""
    asked = [(place, target) for target in project.targets for place in target.places]
    rows: list[CheckRow] = []
    ready: dict[Place, Provider] = {}
    for place in dict.fromkeys(place for place, _ in asked):
        try:
            provider = providers.get(*place)
            # Here, one after the other: imports in threads wait for each other.
            provider.prepare()
        except CloudError as error:
            rows.append(_row("provider", place.provider, error, str(place)))
        else:
            ready[place] = provider
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="doctor") as pool:
        running = [
            (place, pool.submit(_diagnose, ready[place], need(target)))
            for place, target in asked
            if place in ready
        ]
        for place, found in running:
            rows.extend(_of_place(place, found.result()))
    return rows


def need(target: Target) -> Need:
    """What a target asks of a place that its machines may be in."""
    size = target.size
    return Need(
        Requirement(size.cpu, size.memory, size.type, target.arch, target.market),
        # A server is taken with the system it has, unless the file names one.
        (target.hosts[0].os or "") if target.hosts else target.os,
        target.count,
        zone=target.zone,
        subnet=target.subnet,
    )


def _diagnose(provider: Provider, wanted: Need) -> Sequence[Finding] | CloudError:
    try:
        return provider.diagnose(wanted)
    except CloudError as error:
        return error


def _of_place(place: Place, found: Sequence[Finding] | CloudError) -> Iterator[CheckRow]:
    if isinstance(found, CloudError):
        yield _row("provider", place.provider, found, str(place))
        return
    for each in found:
        yield CheckRow(
            str(place), each.check, each.subject, each.verdict, each.message, each.advice
        )
