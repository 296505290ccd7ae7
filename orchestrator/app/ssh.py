"""`longshore ssh`: the OpenSSH client on a machine, held to the pinned host key."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orchestrator.app.reach import (
    answering,
    looks_like_a_machine,
    pick,
    survey_what_answers,
)
from orchestrator.app.session import Session, open_session
from orchestrator.cancellation import Cancellation
from orchestrator.errors import LongshoreError
from orchestrator.invocation import Invocation
from orchestrator.machines.way import client_line
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.sink import Sink


def ssh(
    invocation: Invocation,
    sink: Sink,
    cancel: Cancellation,
    machine: str | None,
    argv: Sequence[str],
) -> int:
    """Open a shell on the machine, or run `argv` there; returns its exit status.

    The key that our own connection verified is the only one the client may accept.
    """
    client = shutil.which("ssh")
    if client is None:
        raise LongshoreError(
            "there is no ssh command on this machine",
            advice="install an OpenSSH client (Debian and Ubuntu: openssh-client)",
        )
    with open_session(invocation, sink, cancel, "ssh", services="unneeded") as session:
        view, argv = choose(session, survey_what_answers(session), machine, argv)
        way = session.fleet.way(view.name)
    with tempfile.TemporaryDirectory(prefix="longshore-ssh-") as folder:
        known_hosts = Path(folder) / "known_hosts"
        known_hosts.write_text(way.known_hosts, encoding="ascii")
        line = client_line(client, known_hosts, way)
        if argv:
            line += ["--", shlex.join(argv)]
        return subprocess.call(line)


def choose(
    session: Session, survey: Survey, machine: str | None, argv: Sequence[str]
) -> tuple[MachineView, Sequence[str]]:
    """The machine that is meant, and the command for it. Raises as `pick` and `answering`.

    With one machine its name may be left out: then the first word is the command's. Not a
    word that could be another machine's name, though: what was meant for a machine that is
    not there must not run on the one that is.
    """
    names = {view.name for view in survey.machines}
    if (
        machine is not None
        and len(names) == 1
        and machine not in names
        and not survey.unanswered
        and not looks_like_a_machine(session.project, machine)
    ):
        argv, machine = (machine, *argv), None
    return answering(pick(session, survey, machine)), argv
