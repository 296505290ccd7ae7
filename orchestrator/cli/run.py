"""What every command that reaches clouds or machines opens first."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from orchestrator.cancellation import Cancellation
from orchestrator.cli.console import Console
from orchestrator.invocation import Invocation
from orchestrator.reporting.sink import Sink


@dataclass(frozen=True)
class Run:
    """The invocation with its project file found, and where to report and to look for a
    stop."""

    invocation: Invocation
    sink: Sink
    cancel: Cancellation


def begin_run(
    invocation: Invocation,
    console: Console,
    *,
    narrate: bool = True,
    start_sandbox: bool = False,
) -> Run:
    """Find the project file, open the sink, and with `--sandbox` point this process at the
    sandbox (brought up first with `start_sandbox`, once the project is known to be right)."""
    found = replace(
        invocation.with_project_file(),
        in_person=console.ask_in_person if console.has_a_person else None,
    )
    if invocation.sandbox and start_sandbox:
        from orchestrator.app.rehearsed import refuse_what_is_real
        from orchestrator.spec import load_project

        refuse_what_is_real(
            load_project(found.file, environment=found.environment, environ=os.environ)
        )
    sink = console.begin(narrate=narrate)
    if invocation.sandbox:
        from orchestrator.cli.rehearsal import point_at_sandbox

        point_at_sandbox(sink, start=start_sandbox)
    return Run(found, sink, console.cancel)
