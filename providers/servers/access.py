"""Running scripts on servers: retries, and errors that say which server it was."""

from __future__ import annotations

from providers.contract.errors import InvalidRequestError, TransientError, UnknownCloudError
from providers.contract.retry import OnRetry, Pause, with_retries
from providers.contract.types import UNREACHABLE, ProviderSettings, Server, Shell, ShellResult
from providers.contract.waiting import Deadline
from providers.servers.scripts import BUSY

PROVIDER = "servers"
ATTEMPTS = 5
"""Of one script before its error stands, when the deadline leaves time for so many."""
CALL_SECONDS = 60.0
"""For one script with all its tries, unless the caller has a deadline of its own."""
LEAST_SECONDS = 10.0
"""What a change is given even where its caller has no time left: half of one helps nobody."""
SHOWN = 300
"""Characters of a script's complaint that an error repeats."""


class Access:
    """The shells of the servers that the settings name, made when first needed."""

    def __init__(self, settings: ProviderSettings, on_retry: OnRetry, pause: Pause) -> None:
        self.servers = settings.servers
        self.on_retry = on_retry
        self.pause = pause
        self._settings = settings
        self._shells: dict[str, Shell] = {}

    def run(
        self,
        server: Server,
        operation: str,
        script: str,
        *,
        stdin: bytes = b"",
        limit: Deadline | None = None,
    ) -> str:
        """What the script printed. For scripts that may run again. Raises TransientError
        (code UNREACHABLE when the server does not answer at all), AuthError,
        UnknownCloudError with the script's own words."""
        limit = limit or Deadline.after(CALL_SECONDS)
        shell = self._shell(server)

        def once() -> ShellResult | TransientError:
            try:
                result = shell(script, stdin=stdin, deadline=max(limit.remaining, LEAST_SECONDS))
            except TransientError as error:
                if error.code == UNREACHABLE:
                    return error
                raise
            if result.status == BUSY:
                raise TransientError(_words(server, result), provider=PROVIDER, operation=operation)
            return result

        outcome = with_retries(
            once,
            operation=operation,
            on_retry=self.on_retry,
            policy=limit.policy(attempts=ATTEMPTS),
            sleep=self.pause,
        )
        if isinstance(outcome, TransientError):
            raise outcome
        if outcome.status != 0:
            raise UnknownCloudError(
                _words(server, outcome),
                provider=PROVIDER,
                operation=operation,
                code=str(outcome.status),
                advice="nothing was changed; mend it on the server and run the command again",
            )
        return outcome.stdout

    def named(self, zone: str, operation: str) -> Server:
        """The server of that name. Raises InvalidRequestError, with the names there are."""
        for server in self.servers:
            if server.name == zone:
                return server
        raise InvalidRequestError(
            f"there is no server {zone!r}",
            provider=PROVIDER,
            operation=operation,
            advice=f"servers: {', '.join(server.name for server in self.servers) or 'none'}",
        )

    def by_id(self, id: str) -> Server | None:
        """The server of that id, None when it is no longer known here."""
        return next((server for server in self.servers if server.id == id), None)

    def _shell(self, server: Server) -> Shell:
        shell = self._shells.get(server.id)
        if shell is None:
            make = self._settings.shell
            if make is None:
                raise InvalidRequestError(
                    "no shell was handed over, so no server can be reached", provider=PROVIDER
                )
            shell = self._shells[server.id] = make(server)
        return shell


def called(server: Server) -> str:
    """A server as errors call it: its name, and where it is, unless that is its name."""
    says_where = server.name in (server.address, server.id.partition(" ")[0])
    return server.name if says_where else f"{server.name} ({server.id})"


def _words(server: Server, result: ShellResult) -> str:
    said = " ".join((result.stderr.strip() or result.stdout.strip()).split())
    return f"{called(server)}: exit {result.status}: {said[-SHOWN:]}"
