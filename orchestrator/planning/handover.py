"""In which order a machine's services change over: nothing starts before its ports are free.

A host port can pass from one service to another, be swapped between two, or be left by a
service that the project no longer has. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestrator.engine.labels import Scope
from orchestrator.operations.workload import Workload

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container, PublishedPort
    from orchestrator.spec.model import Port

EVERYWHERE = frozenset({None, "", "0.0.0.0", "::"})  # noqa: S104
"""Host addresses that stand for all."""


@dataclass
class Turn:
    """One service's change-over. `after` are the services that change over before it;
    `displaces` the containers of others that stop with its own, since they hold what it
    needs and cannot give it up first."""

    workload: Workload
    after: set[str]
    displaces: list[Container] = field(default_factory=list)

    @property
    def service(self) -> str:
        return self.workload.service.name


def turns(
    changing: Sequence[Workload],
    staying: Collection[str],
    containers: Sequence[Container],
    scope: Scope,
) -> tuple[Turn, ...]:
    """The turns of the `changing` workloads (dependencies first), in an order that works.

    A service whose port another one takes goes before it. Where that cannot be, since it
    has to wait for the other one itself (they swap, say), and where the project no longer
    has it, its container stops as the other one takes over.
    """
    names = {workload.service.name for workload in changing}
    found = {
        w.service.name: Turn(w, {d.service for d in w.service.depends_on} & names) for w in changing
    }
    for turn in found.values():
        for container in containers:
            holder = container.service
            if holder == turn.service or holder in staying or container.role == "failed":
                continue
            leaving = holder not in names
            if not _is_in_the_way(container, turn.workload, scope, leaving=leaving):
                continue
            if leaving or turn.service in _before(found, holder):
                turn.displaces.append(container)
            else:
                turn.after.add(holder)
    return _in_order(found)


def _before(found: dict[str, Turn], service: str) -> set[str]:
    """Everything that changes over before `service`, however indirectly."""
    before: set[str] = set()
    looking = [service]
    while looking:
        new = found[looking.pop()].after - before
        before |= new
        looking += new
    return before


def _in_order(found: dict[str, Turn]) -> tuple[Turn, ...]:
    """As they were, but for what has to wait."""
    ordered: dict[str, Turn] = {}
    while len(ordered) < len(found):
        name = next(
            n for n, turn in found.items() if n not in ordered and turn.after <= ordered.keys()
        )
        ordered[name] = found[name]
    return tuple(ordered.values())


def _is_in_the_way(
    container: Container, workload: Workload, scope: Scope, *, leaving: bool
) -> bool:
    """Whether the workload cannot start beside the container. With what replaces a service
    that is leaving it must not share data either: two databases on one volume."""
    service = workload.service
    if any(_collide(held, port) for held in container.ports for port in service.ports):
        return True
    writes = {
        scope.volume(mount.source) if mount.kind == "volume" else mount.source
        for mount in service.mounts
        if mount.source is not None and not mount.read_only
    }
    return leaving and bool(writes & container.writes)


def _collide(held: PublishedPort, wanted: Port) -> bool:
    same = (held.published, held.protocol) == (wanted.published, wanted.protocol)
    addresses = {held.host_ip, wanted.host_ip}
    return same and (len(addresses) == 1 or bool(addresses & EVERYWHERE))
