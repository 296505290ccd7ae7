"""`longshore logs`: what services write, from every machine at once."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.app.reach import check_services, reachable
from orchestrator.app.session import open_session
from orchestrator.cancellation import Cancellation
from orchestrator.engine.logs import LogSource, read_logs
from orchestrator.errors import LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.reporting.events import ServiceLog
from orchestrator.reporting.sink import Sink


def logs(
    invocation: Invocation,
    sink: Sink,
    cancel: Cancellation,
    services: Sequence[str],
    follow: bool,
    tail: int,
) -> None:
    """Report the last `tail` lines of each container of `services` (of all when none is
    named), and with `follow` what comes until a stop is asked for."""
    with open_session(invocation, sink, cancel, "logs", services="wanted") as session:
        views = reachable(session, session.survey())
        check_services(session, views, services)
        sources = [
            LogSource(session.fleet.engine(view.name), container.id, container.service)
            for view in views
            for container in view.containers
            if container.role == "current" and (not services or container.service in services)
        ]
        if not sources:
            raise LongshoreError("no container to read", advice="`longshore status` shows all")
        for line in read_logs(sources, lines=tail, follow=follow, cancel=cancel):
            sink.emit(ServiceLog(line.machine, line.service, line.text, line.stream))
