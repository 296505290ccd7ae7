"""`longshore exec`: a command in a service's running container."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestrator.app.reach import (
    answering,
    check_services,
    pick,
    reachable,
    survey_what_answers,
)
from orchestrator.app.session import open_session
from orchestrator.cancellation import Cancellation
from orchestrator.engine.exec import exec_run, exec_terminal
from orchestrator.engine.terminal import Terminal
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.planning.survey import MachineView
from orchestrator.reporting.events import ServiceLog
from orchestrator.reporting.sink import Sink

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container


def execute(
    invocation: Invocation,
    sink: Sink,
    cancel: Cancellation,
    service: str,
    machine: str | None,
    argv: Sequence[str],
    tty: bool,
) -> int:
    """Run `argv` in the container and return its exit status. With `tty` the terminal is
    connected to it; otherwise its output is passed on as it comes."""
    terminal = Terminal()
    if tty and not terminal.is_one:
        raise LongshoreError(
            "exec -t connects a terminal, and there is none here",
            advice="leave out -t: the command's output is passed on as it comes",
            exit_code=ExitCode.BAD_INPUT,
        )
    with open_session(invocation, sink, cancel, "exec", services="wanted") as session:
        survey = survey_what_answers(session)
        views = reachable(session, survey)
        check_services(session, views, (service,))
        if machine is not None:
            views = (answering(pick(session, survey, machine)),)
        chosen, container = running_container(views, service)
        engine = session.fleet.engine(chosen.name)
        if tty:
            return exec_terminal(engine, container.id, argv, terminal=terminal)
        if invocation.output == "text":
            return exec_run(engine, container.id, argv, on_output=_pass_on).exit_code
        result = exec_run(engine, container.id, argv)
        for line in result.stdout.decode(errors="replace").splitlines():
            sink.emit(ServiceLog(chosen.name, service, line, "stdout"))
        for line in result.stderr.decode(errors="replace").splitlines():
            sink.emit(ServiceLog(chosen.name, service, line, "stderr"))
        return result.exit_code


def running_container(views: Sequence[MachineView], service: str) -> tuple[MachineView, Container]:
    """The first of the machines that runs the service now, and the container. Raises
    LongshoreError when none does."""
    for view in views:
        for container in view.containers:
            if (container.service, container.role) == (service, "current") and container.running:
                return view, container
    where = views[0].name if len(views) == 1 else "any machine that answers"
    raise LongshoreError(
        f"{service} does not run on {where}", advice="`longshore status` shows what runs where"
    )


def _pass_on(stream: str, data: bytes) -> None:
    """The command's own bytes, untouched: they may not be text."""
    target = sys.stderr if stream == "stderr" else sys.stdout
    target.buffer.write(data)
    target.flush()
