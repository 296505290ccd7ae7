"""`longshore logs`: what services write, from every machine at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestrator.app.reach import check_services, reachable, survey_what_answers
from orchestrator.app.session import open_session
from orchestrator.cancellation import Cancellation
from orchestrator.engine.logs import LogSource, read_logs
from orchestrator.errors import LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.reporting.events import Notice, ServiceLog
from orchestrator.reporting.sink import Sink

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container


def logs(
    invocation: Invocation,
    sink: Sink,
    cancel: Cancellation,
    services: Sequence[str],
    follow: bool,
    tail: int,
) -> None:
    """Report the last `tail` lines of each container of `services` (of all when none is
    named), and with `follow` what comes until a stop is asked for. Where a service has not
    come up yet, of the container that failed, and says so."""
    with open_session(invocation, sink, cancel, "logs", services="wanted") as session:
        views = reachable(session, survey_what_answers(session))
        check_services(session, views, services)
        sources: list[LogSource] = []
        for view in views:
            engine = session.fleet.engine(view.name)
            for container in readable(view.containers, services):
                if container.role == "failed":
                    what = f"{container.service} on {view.name} did not come up"
                    sink.emit(Notice(f"{what}: this is the log of the container that failed"))
                sources.append(LogSource(engine, container.id, container.service))
        if not sources:
            raise LongshoreError("no container to read", advice="`longshore status` shows all")
        for line in read_logs(sources, lines=tail, follow=follow, cancel=cancel):
            sink.emit(ServiceLog(line.machine, line.service, line.text, line.stream))


def readable(containers: Sequence[Container], services: Sequence[str]) -> tuple[Container, ...]:
    """Of one machine's containers those that stand for `services` (for all when none is
    named): the current one of each, or the failed one where nothing took its place."""
    current = {c.service for c in containers if c.role == "current"}
    return tuple(
        c
        for c in containers
        if (not services or c.service in services)
        and (c.role == "current" or (c.role == "failed" and c.service not in current))
    )
