"""Replacing a service's container, stop-first, so that any crash can be repaired.

Names say how far a replacement came. With N, C, P for the names `…-next`, the service's own
and `…-previous`, these are all the states a kill can leave, and what `recover` makes of them:

    C            nothing under way                      nothing to do
    C, N         N made, C perhaps stopped already      start C, remove N
    N, P         N started or not, health unknown       remove N, start P, rename it to C
    C, P         N was healthy and is C now             remove P
    P            N removed, P perhaps started already   start P, rename it to C
    N            first start, health unknown            remove N

`…-failed` is no such state: it is the last container that did not become healthy, stopped,
kept for inspection until the next failure or `down`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orchestrator.engine import containers
from orchestrator.engine.errors import (
    EngineError,
    EngineUnreachableError,
    NotThereError,
    UnhealthyError,
)
from orchestrator.engine.health import wait_healthy
from orchestrator.engine.inspection import inspect
from orchestrator.errors import Interrupted

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import Engine
    from orchestrator.engine.create import ContainerRequest
    from orchestrator.engine.labels import ContainerNames
    from orchestrator.spec.model import Probe

Step = Literal[
    "recovered",
    "creating",
    "stopping the old one",
    "starting",
    "waiting until healthy",
    "removing the old one",
    "keeping the failed one",
    "starting the old one again",
]
ADVICE_NOT_BACK = (
    "the old container could not be brought back; `longshore up` goes on from what is there now"
)
OnStep = Callable[[Step, str], None]
"""Hears each step with a detail for a person, before the step is taken."""


@dataclass(frozen=True)
class Wait:
    """How to know that the new container is well. `deadline` in seconds."""

    probe: Probe | None
    deadline: float


def replace(
    engine: Engine,
    request: ContainerRequest,
    *,
    wait: Wait,
    cancel: Cancellation,
    on_step: OnStep = lambda step, detail: None,
) -> str:
    """Put the requested container in the place of the service's current one, if any, and
    return its id. The image and the network must be there; images are delivered before
    anything stops.

    On failure the old container runs again under its name, the new one is kept, stopped,
    as `…-failed`, and the error goes on: UnhealthyError, EngineError. When a stop is asked
    for meanwhile (Interrupted) the old one runs again and the new one is removed. Calling
    it again after a kill at any point is safe.
    """
    names = request.scope.container(request.service.name)
    recover(engine, names, on_step=on_step)
    on_step("creating", names.next)
    new = containers.create(engine, request, name=names.next)
    old = _active(engine, names.current)
    try:
        if old is not None:
            on_step("stopping the old one", names.current)
            containers.stop(engine, names.current)
            containers.rename(engine, names.current, names.previous)
        on_step("starting", names.next)
        containers.start(engine, new)
        on_step("waiting until healthy", names.next)
        wait_healthy(
            engine,
            new,
            service=request.service.name,
            probe=wait.probe,
            deadline=wait.deadline,
            cancel=cancel,
            on_state=lambda state: on_step("waiting until healthy", state),
        )
    except (UnhealthyError, EngineError, Interrupted) as error:
        try:
            keep = not isinstance(error, Interrupted)
            _go_back(engine, names, keep=keep, was=old, on_step=on_step)
        except EngineError as second:
            error.advice = f"{ADVICE_NOT_BACK} ({second.message})"
        raise
    containers.rename(engine, new, names.current)
    if old is not None:
        on_step("removing the old one", names.previous)
        containers.remove(engine, names.previous)
    return new


def recover(engine: Engine, names: ContainerNames, *, on_step: OnStep) -> bool:
    """Repair what a killed replacement left, by the table above. True when there was
    something. Calling it again is safe."""
    current = _active(engine, names.current)
    following = _active(engine, names.next)
    previous = _active(engine, names.previous)
    if following is None and previous is None:
        return False
    if current is not None:
        if following is not None:
            on_step("recovered", f"{names.current} runs on; {names.next} is removed")
            _start_if_possible(engine, names.current, on_step)
            containers.remove(engine, names.next)
        if previous is not None:
            on_step("recovered", f"{names.current} was healthy; {names.previous} is removed")
            containers.remove(engine, names.previous)
        return True
    if following is not None:
        on_step("recovered", f"{names.next} is removed: it was not known to be healthy")
        containers.remove(engine, names.next)
    if previous is not None:
        on_step("recovered", f"{names.previous} runs again as {names.current}")
        _start_if_possible(engine, names.previous, on_step)
        containers.rename(engine, names.previous, names.current)
    return True


def _go_back(
    engine: Engine, names: ContainerNames, *, keep: bool, was: bool | None, on_step: OnStep
) -> None:
    """Free the new one's ports and volumes, then let the old one run again if it did."""
    if keep:
        on_step("keeping the failed one", names.failed)
        containers.retire(engine, names.next)
        containers.remove(engine, names.failed)
        containers.rename(engine, names.next, names.failed)
    else:
        containers.remove(engine, names.next)
    if was is None:
        return
    if was:
        on_step("starting the old one again", names.current)
    if _active(engine, names.previous) is not None:
        # Started before it is renamed: killed in between, the name still tells what is to do.
        if was:
            containers.start(engine, names.previous)
        containers.rename(engine, names.previous, names.current)
    elif was:
        containers.start(engine, names.current)


def _start_if_possible(engine: Engine, name: str, on_step: OnStep) -> None:
    """Start what a killed run stopped. Where that cannot be (its port is taken by now, say)
    the repair goes on: the new release must not depend on the old one."""
    try:
        containers.start(engine, name)
    except EngineUnreachableError:
        raise
    except EngineError as error:
        on_step("recovered", f"{name} stays stopped: {error.words}")


def _active(engine: Engine, name: str) -> bool | None:
    """Whether the container of that name is going; None when there is none."""
    try:
        return inspect(engine, name).active
    except NotThereError:
        return None
