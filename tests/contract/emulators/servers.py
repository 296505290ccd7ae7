"""Servers: what their emulators have in common, and the fast one, a shell in this process."""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from providers.contract.errors import AuthError, CloudError, ThrottledError, TransientError
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import (
    TAG_ENVIRONMENT,
    TAG_PROJECT,
    Abilities,
    ProviderSettings,
    Resource,
    Server,
    Shell,
    ShellResult,
)
from providers.servers import create
from providers.servers.reading import parse_seen
from providers.servers.scripts import CLAIMS, DROP, FOLDER, LOCK, PUT, READ, read_script
from tests.contract.emulators import Can, Facts, Refusal, Verb

REGION = "hosts"
OPERATION = re.compile(r"# longshore (\S+)")
CHANGING = (PUT, DROP)


def this_machine() -> tuple[str, str]:
    """Its size and its system, as the adapter says them; the sandbox's machines have both
    from it."""
    done = subprocess.run(["sh", "-c", read_script()], capture_output=True, text=True, check=True)
    seen = parse_seen(Server("here", "127.0.0.1"), done.stdout)
    return seen.type, seen.os


def facts_of(size: str, system: str) -> Facts:
    return Facts(
        name="servers",
        region=REGION,
        small_type=size,
        abilities=Abilities(
            makes_machines=False, key_pairs=False, firewall=False, markets=("on-demand",)
        ),
        images=((system, "x86_64"),),
        stands=("machine",),
        made_with_machine=("machine",),
        create_calls=(PUT,),
        verbs={"create machine": PUT, "read machines": READ, "remove machine": DROP},
        refusals={AuthError: (Refusal("Refused", 0),)},
        broken=Refusal("Broken", 0),
        throttled=Refusal("Throttled", 0),
    )


ERRORS: Mapping[str, type[CloudError]] = {
    "Throttled": ThrottledError,
    "Broken": TransientError,
    "Refused": AuthError,
}


@dataclass
class Strike:
    """What happens to the next calls of one operation: an error before it, or its answer is
    lost after it."""

    operation: str
    refusal: Refusal | None
    times: int


@dataclass
class Struck:
    """A shell that faults strike: those without a zone only the first server's."""

    shell: Shell
    server: Server
    strikes: list[Strike]
    log: list[tuple[str, str]]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, script: str, *, stdin: bytes = b"", deadline: float) -> ShellResult:
        found = OPERATION.match(script)
        operation = found[1] if found else ""
        strike = self._next(operation)
        if strike is not None and strike.refusal is not None:
            raise ERRORS[strike.refusal.code](
                strike.refusal.message, provider="servers", code=strike.refusal.code
            )
        result = self.shell(script, stdin=stdin, deadline=deadline)
        if strike is not None:
            raise TransientError("the connection was lost", provider="servers")
        return result

    def _next(self, operation: str) -> Strike | None:
        with self.lock:
            self.log.append((operation, self.server.id))
            for strike in self.strikes:
                if strike.operation == operation and strike.times > 0:
                    strike.times -= 1
                    return strike
        return None


class Servers:
    """Two servers, each with a shell that subclasses make."""

    can: ClassVar[frozenset[Can]] = frozenset({"faults", "calls", "outside"})
    facts: ClassVar[Facts]

    def __init__(self, servers: tuple[Server, ...]) -> None:
        self.servers = servers
        self._log: list[tuple[str, str]] = []
        self._strikes: list[Strike] = []

    def shell(self, server: Server) -> Shell:
        """Root's shell on a server, past all faults."""
        raise NotImplementedError

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider:
        first = self.servers[0]

        def struck(server: Server) -> Shell:
            strikes = self._strikes if server == first else []
            return Struck(self.shell(server), server, strikes, self._log)

        settings = ProviderSettings(
            "servers", echo_url=echo_url, servers=self.servers, shell=struck
        )
        return create(settings, REGION, on_retry)

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        self._strikes.append(Strike(self.facts.verbs[verb], refusal, times))

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        self._strikes.append(Strike(self.facts.verbs[verb], None, times))

    def limit_pages(self, size: int) -> None:
        raise NotImplementedError

    def forget_faults(self) -> None:
        self._strikes.clear()

    def calls(self) -> list[str]:
        """Each with the server it went to: every server is asked once."""
        return [f"{operation} {server}" for operation, server in self._log]

    def changes(self) -> list[str]:
        return [operation for operation, _ in self._log if operation in CHANGING]

    def disown(self, resource: Resource) -> None:
        self._rewrite(resource, resource.tags[TAG_PROJECT], "somebody")

    def hand_back(self, resource: Resource) -> None:
        self._rewrite(resource, "somebody", resource.tags[TAG_PROJECT])

    def _rewrite(self, resource: Resource, old: str, new: str) -> None:
        """As an administrator would, with an editor."""
        server = next(each for each in self.servers if each.id == resource.id)
        name = f"{resource.tags[TAG_PROJECT]}.{resource.tags[TAG_ENVIRONMENT]}.json"
        edit = f'sed -i \'s/"{TAG_PROJECT}": "{old}"/"{TAG_PROJECT}": "{new}"/\''
        result = self.shell(server)(f"{edit} {CLAIMS}/{name}", deadline=10)
        assert result.status == 0, result.stderr

    def close(self) -> None:
        """Nothing was opened."""


class ServersHere(Servers):
    """Shells of this machine, each with a folder of its own in the place of the server's."""

    facts: ClassVar[Facts] = facts_of(*this_machine())

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="longshore-servers-")
        super().__init__((Server("one", "127.0.0.1", 2201), Server("two", "127.0.0.2", 2202)))

    def shell(self, server: Server) -> Shell:
        folder = Path(self._folder.name) / server.name
        folder.mkdir(exist_ok=True)

        def run(script: str, *, stdin: bytes = b"", deadline: float) -> ShellResult:
            text = script.replace(FOLDER, f"{folder}/lib").replace(LOCK, f"{folder}/lock")
            done = subprocess.run(
                ["sh", "-c", text], input=stdin, capture_output=True, timeout=deadline, check=False
            )
            return ShellResult(done.returncode, done.stdout.decode(), done.stderr.decode())

        return run

    def close(self) -> None:
        self._folder.cleanup()
