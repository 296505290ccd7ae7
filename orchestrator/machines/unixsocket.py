"""Reaching a unix socket on a machine: straight, or through the docker command where the
SSH server forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from orchestrator.machines.command import Command

DOCKER_SOCKET = "/var/run/docker.sock"
STREAMLOCAL = "direct-streamlocal@openssh.com"

NO_SOCKET = "there is no such socket"
NOT_ALLOWED = "user {user!r} may not use it"
"""Why a channel to a socket was refused, where that is the machine's own doing."""

Verdict = Literal["missing", "denied", "usable"]

_DIAGNOSIS = """\
if [ ! -S "$1" ]; then echo missing
elif [ ! -w "$1" ]; then echo denied
else echo usable; fi
"""

_DIAL = """\
if ! command -v docker >/dev/null 2>&1; then echo "there is no docker command"; exit 0; fi
if [ "$1" = check ] && ! said=$(docker version 2>&1); then echo "$said" | tail -n 1; exit 0; fi
echo ready
exec docker system dial-stdio
"""


@dataclass(frozen=True)
class Fallback:
    """Reported when the Docker socket had to be reached through `docker system dial-stdio`."""

    machine: str
    reason: str


def diagnosis(path: str) -> Command:
    """Prints a `Verdict` on the socket. OpenSSH gives one reason for a refused
    streamlocal channel, whether it forbids them or could not connect."""
    return Command(("sh", "-c", _DIAGNOSIS, "sh", path), deadline=20)


def dial_stdio(*, check: bool) -> Command:
    """Prints `ready` and then becomes the Docker socket, or prints why it cannot.

    `check` asks the Engine once whether it answers: worth 50 ms the first time only.
    """
    return Command(("sh", "-c", _DIAL, "sh", "check" if check else "again"))
