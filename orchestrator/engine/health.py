"""Waiting until a container is well, or knowing soon that it will not be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.engine.errors import UnhealthyError
from orchestrator.engine.inspection import Inspection, inspect
from orchestrator.engine.logs import tail
from orchestrator.engine.probe import try_probe

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import Engine
    from orchestrator.spec.model import Probe

FIRST_POLL = 0.05
POLL_GROWTH = 1.5
LAST_POLL = 0.25
"""Seconds between looks: the first, the factor from one to the next, the longest. A look is
a millisecond over the open connection, and what it sees late, every machine waits for."""

SETTLE_POLLS = 7
"""Looks in a row (about a second) at which a container without any check must be running."""

MARGIN = 15.0
"""Seconds beyond the time in which a container's own health check fails for good."""

ENDS = frozenset({"", "no", "on-failure"})
"""Restart policies of containers that may end: the Engine leaves them ended when they end
well, so whoever wrote the policy means it."""

LOG_LINES = 20
KILLED = 128 + 9
"""Exit status of a process that ended by SIGKILL."""
MEBIBYTE = 1024 * 1024
ADVICE_LOGS = "the container is kept for inspection; its last lines are above"


@dataclass(frozen=True)
class Verdict:
    """What one look says. `failed` ends the wait at once; `detail` is for a person."""

    well: bool
    failed: bool
    detail: str


def wait_healthy(
    engine: Engine,
    container: str,
    *,
    service: str,
    probe: Probe | None,
    deadline: float,
    cancel: Cancellation,
    on_state: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return once the started `container` is well.

    Its own Docker health check decides where the image or the service has one, else the
    project file's `probe`, else that it runs and goes on running for `SETTLE_POLLS` looks,
    or ends well where it is meant to end. `deadline` is in seconds from now; a container
    with a health check of its own has as long as that takes to fail for good. `on_state`
    hears each new state. A container that fails or restarts fails at once. Raises
    UnhealthyError, EngineError, Interrupted; only reads, so calling it again is safe.
    """
    began = clock()
    restarts: int | None = None
    said = ""
    for steady, pause in enumerate(_pauses(), start=1):
        seen = inspect(engine, container)
        restarts = seen.restarts if restarts is None else restarts
        verdict = judge(seen, restarts_before=restarts, steady=steady, probe=probe)
        if verdict is None and probe is not None:
            verdict = _probed(try_probe(engine.opener, probe, seen.address))
        if verdict is None or verdict.well:
            return
        if verdict.detail != said:
            said = verdict.detail
            on_state(said)
        if verdict.failed:
            raise _unhealthy(engine, service, seen, verdict.detail)
        allowed = patience(seen, deadline)
        left = began + allowed - clock()
        if left <= 0:
            reason = f"after {allowed:g} s: {verdict.detail}"
            raise _unhealthy(engine, service, seen, reason)
        cancel.wait(min(pause, left))


def patience(seen: Inspection, otherwise: float) -> float:
    """Seconds after which a container that is not well never will be: what its own health
    check needs to give up, or `otherwise`."""
    if seen.check is None:
        return otherwise
    check = seen.check
    return check.start_period + check.retries * (check.interval + check.timeout) + MARGIN


def judge(
    seen: Inspection, *, restarts_before: int, steady: int, probe: Probe | None
) -> Verdict | None:
    """What one look at a container means; None when it runs and the probe has to decide."""
    if seen.restarts > restarts_before or seen.status == "restarting":
        return Verdict(False, True, f"it restarts ({_ending(seen)})")
    if probe is None and ended_well(seen):
        return Verdict(True, False, "it has ended well")
    if seen.status in ("exited", "dead"):
        return Verdict(False, True, _ending(seen))
    if not seen.running:
        return Verdict(False, False, f"it is {seen.status}")
    if seen.health:
        return _docker_health(seen.health)
    if probe is not None:
        return None
    if steady >= SETTLE_POLLS:
        return Verdict(True, False, "running")
    return Verdict(False, False, "running, being watched for a moment")


def ended_well(seen: Inspection) -> bool:
    """Whether it did what it was there for and ended, as a migration does."""
    failed = seen.exit_code != 0 or seen.oom_killed or seen.error
    return seen.status == "exited" and not failed and seen.restart in ENDS


def _docker_health(health: str) -> Verdict:
    if health == "healthy":
        return Verdict(True, False, health)
    if health == "unhealthy":
        return Verdict(False, True, "its health check failed")
    return Verdict(False, False, "its health check has not passed yet")


def _probed(seen_instead: str) -> Verdict:
    return Verdict(not seen_instead, False, seen_instead or "healthy")


def _ending(seen: Inspection) -> str:
    if seen.oom_killed:
        return "it was killed for using more memory than its limit"
    if seen.exit_code == KILLED and seen.memory_limit:
        # Not every kernel tells the Engine who killed it.
        limit = seen.memory_limit // MEBIBYTE
        return f"it was killed (status {KILLED}), most likely at its memory limit of {limit} MiB"
    if seen.error:
        return f"it did not start: {seen.error}"
    return f"it exited with status {seen.exit_code}"


def _pauses() -> Iterator[float]:
    pause = FIRST_POLL
    while True:
        yield pause
        pause = min(pause * POLL_GROWTH, LAST_POLL)


def _unhealthy(engine: Engine, service: str, seen: Inspection, reason: str) -> UnhealthyError:
    return UnhealthyError(
        service=service,
        machine=engine.name,
        reason=reason,
        log_lines=tail(engine, seen.id, lines=LOG_LINES),
        health_output=seen.health_output,
        exit_code_of_container=None if seen.running else seen.exit_code,
        oom_killed=seen.oom_killed,
        advice=ADVICE_LOGS,
    )
