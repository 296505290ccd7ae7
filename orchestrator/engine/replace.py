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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.engine import containers
from orchestrator.engine.changeover import ChangeOver, active, start_if_possible
from orchestrator.engine.health import wait_healthy
from orchestrator.engine.steps import UNINTERRUPTED, OnStep, Step
from orchestrator.errors import LongshoreError

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import Engine
    from orchestrator.engine.create import ContainerRequest
    from orchestrator.engine.labels import ContainerNames
    from orchestrator.spec.model import Probe

__all__ = ["OnStep", "Step", "Wait", "recover", "replace"]


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
    displaced: Sequence[str] = (),
) -> str:
    """Put the requested container in the place of the service's current one, if any, and
    return its id. The image and the network must be there; images are delivered before
    anything stops. `displaced` are other services' containers that stop with the current
    one, since they hold what the new one needs.

    On failure what was stopped runs again, the new one is kept, stopped, as `…-failed`,
    and the error goes on: UnhealthyError, EngineError. When a stop is asked for
    (Interrupted) the old one runs again and the new one is removed: only the wait until it
    is well is cut short, no single step is. Raises NotBroughtBackError when a stop was
    asked for and the old one does not run again. Calling it again after a kill at any point
    is safe.
    """
    names = request.scope.container(request.service.name)
    recover(engine, names, on_step=on_step)
    cancel.check()
    with engine.uninterrupted(UNINTERRUPTED):
        on_step("creating", names.next)
        new = containers.create(engine, request, name=names.next)
        old = active(engine, names.current)
    change = ChangeOver(engine, names, old, displaced, on_step)
    try:
        change.go(new, cancel)
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
    except LongshoreError as error:
        change.give_up(error)
        raise
    with engine.uninterrupted(UNINTERRUPTED):
        containers.rename(engine, new, names.current)
        if old is not None:
            on_step("removing the old one", names.previous)
            containers.remove(engine, names.previous)
    return new


def recover(engine: Engine, names: ContainerNames, *, on_step: OnStep) -> bool:
    """Repair what a killed replacement left, by the table above. True when there was
    something. Calling it again is safe; a stop that is asked for waits for its end."""
    with engine.uninterrupted(UNINTERRUPTED):
        return _recover(engine, names, on_step)


def _recover(engine: Engine, names: ContainerNames, on_step: OnStep) -> bool:
    current = active(engine, names.current)
    following = active(engine, names.next)
    previous = active(engine, names.previous)
    if following is None and previous is None:
        return False
    if current is not None:
        if following is not None:
            on_step("recovered", f"{names.current} runs on; {names.next} is removed")
            start_if_possible(engine, names.current, on_step)
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
        start_if_possible(engine, names.previous, on_step)
        containers.rename(engine, names.previous, names.current)
    return True
