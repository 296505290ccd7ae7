"""Root's shell on a server, for the provider of servers: over the fleet's own connection."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.machines.command import Command, CommandTimeout
from orchestrator.machines.errors import (
    AuthenticationRefused,
    ChannelRefused,
    ConnectionLost,
    KeyUnusable,
    Unreachable,
)
from orchestrator.operations.fleet import Fleet
from orchestrator.planning.look import ANSWER_DEADLINE
from orchestrator.reporting.events import Warned
from orchestrator.reporting.sink import Sink
from orchestrator.spec.hosts import SERVERS
from providers.contract.errors import AuthError, CloudError, TransientError
from providers.contract.types import UNREACHABLE, Server, ShellResult

SUDO = "sudo:"
"""What sudo's own complaints begin with, and its warnings."""
REFUSED = 1
"""The status with which sudo ends where it runs nothing."""
NO_COMMAND = 127


@dataclass(frozen=True)
class ServerShell:
    """A `providers.contract.types.Shell`. The connection stands until the fleet closes it,
    and everything else that goes to the server uses it too."""

    fleet: Fleet
    server: Server
    parting: Sink | None = None
    """Whom to tell what is wrong with a server that has left the project: it is no reason to
    do nothing for the others. Its address may be somebody else's by now."""

    def __call__(self, script: str, *, stdin: bytes = b"", deadline: float) -> ShellResult:
        """Run the script as root. The errors carry the connection's own as their cause."""
        line = self.fleet.line(self.server.id, self.server.address)
        command = Command(("sh", "-c", script), deadline=deadline, stdin=stdin, sudo=True)
        try:
            connection = self.fleet.connect(
                self.server.name, line, frozenset(), deadline=ANSWER_DEADLINE
            )
            done = connection.run(command)
        except Interrupted:
            raise
        except LongshoreError as error:
            raise self._told(as_cloud_error(error)) from error
        result = ShellResult(done.status, done.text, done.stderr.decode(errors="replace"))
        self._check_root(result)
        return result

    def _told(self, error: CloudError) -> CloudError:
        """Of one that has left, whatever keeps us out: it counts as one that is not there."""
        if self.parting is None or not isinstance(error, AuthError):
            return error
        self.parting.emit(Warned(error.message, advice=error.advice))
        return TransientError(
            error.message, provider=SERVERS, code=UNREACHABLE, advice=error.advice
        )

    def _check_root(self, result: ShellResult) -> None:
        said = result.stderr.strip()
        # Of a host name that it cannot resolve it complains first, and goes on: then the
        # script has the last word.
        refused = result.status == REFUSED and said.rpartition("\n")[2].startswith(SUDO)
        if refused or (result.status == NO_COMMAND and "sudo" in said):
            user = self.fleet.user(self.server.id)
            raise AuthError(
                f"{self.server.name}: user {user!r} may not do root's work there without a "
                f"password: {said.splitlines()[-1]}",
                provider=SERVERS,
                operation="sudo",
                advice=f"sign in as root, or let the user: `echo '{user} ALL=(ALL) NOPASSWD:ALL' "
                "> /etc/sudoers.d/longshore` as root",
            )


def as_cloud_error(error: LongshoreError) -> CloudError:
    """The contract's class for what went wrong on the way to a server or on it."""
    code = UNREACHABLE if isinstance(error, Unreachable) else ""
    if isinstance(error, Unreachable | ConnectionLost | CommandTimeout):
        return TransientError(error.message, provider=SERVERS, code=code, advice=error.advice)
    operation = "sign in" if isinstance(error, AuthenticationRefused | KeyUnusable) else "connect"
    if isinstance(error, ChannelRefused):
        operation = "run"
    return AuthError(error.message, provider=SERVERS, operation=operation, advice=error.advice)
