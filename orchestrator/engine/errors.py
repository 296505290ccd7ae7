"""What an Engine answers when it cannot do what was asked."""

from __future__ import annotations

from orchestrator.errors import ExitCode, LongshoreError

NOT_FOUND = 404
CONFLICT = 409

ADVICE_NO_SOCKET = (
    "check that the Docker Engine runs there and that the user is in the group `docker`; "
    "`longshore up` installs and starts it"
)


class EngineError(LongshoreError):
    """A call to an Engine failed. `words` is what the Engine itself said; `status` its HTTP
    status, None when no answer came."""

    def __init__(
        self,
        machine: str,
        call: str,
        words: str,
        *,
        status: int | None = None,
        advice: str = "",
        exit_code: ExitCode | None = None,
    ) -> None:
        super().__init__(
            f"{machine}: Docker Engine: cannot {call}: {words}", advice=advice, exit_code=exit_code
        )
        self.machine = machine
        self.call = call
        self.words = words
        self.status = status


class NotThereError(EngineError):
    """The container, image, network or volume does not exist on that machine."""


class ConflictError(EngineError):
    """The name is taken, or the object is in a state that forbids the call."""


class EngineUnreachableError(EngineError):
    """No answer came: no socket, no permission, or the connection broke."""

    exit_code = ExitCode.UNREACHABLE


class UnhealthyError(LongshoreError):
    """A container did not become healthy. Carries what a person needs to see why."""

    def __init__(
        self,
        *,
        service: str,
        machine: str,
        reason: str,
        log_lines: tuple[str, ...] = (),
        health_output: str = "",
        exit_code_of_container: int | None = None,
        oom_killed: bool = False,
        advice: str = "",
    ) -> None:
        super().__init__(f"{machine}: {service} is not healthy: {reason}", advice=advice)
        self.service = service
        self.machine = machine
        self.reason = reason
        self.log_lines = log_lines
        self.health_output = health_output
        self.exit_code_of_container = exit_code_of_container
        self.oom_killed = oom_killed
        health = tuple(f"health check: {line}" for line in health_output.splitlines())
        self.details = (*log_lines, *health)


class NotBroughtBackError(LongshoreError):
    """The new container was given up, and the old one does not run again."""

    def __init__(self, machine: str, container: str, reason: str) -> None:
        super().__init__(
            f"{machine}: {container} could not be brought back: {reason}",
            advice="`longshore up` goes on from what is there now",
        )


def engine_error(machine: str, call: str, words: str, status: int | None) -> EngineError:
    """The error class that fits the Engine's HTTP status."""
    if status is None:
        return EngineUnreachableError(machine, call, words, advice=ADVICE_NO_SOCKET)
    kind = {NOT_FOUND: NotThereError, CONFLICT: ConflictError}.get(status, EngineError)
    return kind(machine, call, words, status=status, advice=advice_for(words))


def advice_for(words: str) -> str:
    """What to do about the few refusals that users meet; empty for the others. Only advice
    hangs on the Engine's wording, no decision does."""
    said = words.lower()
    if "port is already allocated" in said or "address already in use" in said:
        return "another container or program holds that port: free it or publish another one"
    if "no space left on device" in said:
        return "the machine's disk is full: remove unused images there, or give it a larger disk"
    if "already in use by container" in said:
        return "a container that is not this service's has that name: remove or rename it"
    return ""
