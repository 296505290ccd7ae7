"""`longshore exec`: a command in a service's running container."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from orchestrator.app.reach import check_services, pick, reachable
from orchestrator.app.session import open_session
from orchestrator.cancellation import Cancellation
from orchestrator.engine.exec import exec_run, exec_terminal
from orchestrator.engine.terminal import Terminal
from orchestrator.errors import LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.reporting.events import ServiceLog
from orchestrator.reporting.sink import Sink


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
    with open_session(invocation, sink, cancel, "exec", services="wanted") as session:
        views = reachable(session, session.survey())
        check_services(session, views, (service,))
        running = [
            (view, container)
            for view in views
            for container in view.containers
            if (container.service, container.role) == (service, "current") and container.running
        ]
        if not running:
            raise LongshoreError(
                f"{service} runs on no machine", advice="`longshore status` shows what does"
            )
        chosen = pick((view for view, _ in running), machine) if machine else running[0][0]
        container = next(c for view, c in running if view is chosen)
        engine = session.fleet.engine(chosen.name)
        if tty:
            return exec_terminal(engine, container.id, argv, terminal=Terminal())
        if invocation.output == "text":
            return exec_run(engine, container.id, argv, on_output=_pass_on).exit_code
        result = exec_run(engine, container.id, argv)
        for line in result.stdout.decode(errors="replace").splitlines():
            sink.emit(ServiceLog(chosen.name, service, line, "stdout"))
        for line in result.stderr.decode(errors="replace").splitlines():
            sink.emit(ServiceLog(chosen.name, service, line, "stderr"))
        return result.exit_code


def _pass_on(stream: str, data: bytes) -> None:
    """The command's own bytes, untouched: they may not be text."""
    target = sys.stderr if stream == "stderr" else sys.stdout
    target.buffer.write(data)
    target.flush()
