"""What a project no longer asks for, and the order in which it goes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.operations.clean_server import CleanServer
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.operation import Operation
from orchestrator.planning.naming import machine_names
from orchestrator.planning.removal import removals
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.spec.model import Target
from providers.contract.types import Place, Resource

GIVEN_UP = "the cloud gave up making it"

Homes = Mapping[str, frozenset[Place]]
"""Where each target has machines, or may get some in this run."""


def remove_surplus(
    targets: Sequence[Target],
    survey: Survey,
    kept: Sequence[MachineView],
    before: Sequence[Operation],
    homes: Homes,
) -> list[DestroyResource | CleanServer]:
    """Once everything `before` has come up: the machines that are not `kept`, then the
    firewalls where their targets have no machine any more, then what is left in places where
    no target has one."""
    waits = frozenset(operation.id for operation in before)
    gone = {o.resource.id for o in before if isinstance(o, DestroyResource)}
    surplus = [
        view
        for view in survey.machines
        if view.cloud.id not in gone and not any(view is machine for machine in kept)
    ]
    wanted = {r.identity for r in survey.resources if not _is_leftover(r, homes)}
    leftover = [resource for resource in survey.resources if resource.identity not in wanted]
    return removals(
        [*(view.resource for view in surplus), *leftover],
        after=waits,
        notes={view.cloud.id: _why(view, targets, kept) for view in surplus},
    )


def _why(view: MachineView, targets: Sequence[Target], kept: Sequence[MachineView]) -> str:
    for machine in kept:
        if machine.name == view.name:
            return f"a second machine of this name beside {machine.cloud.id}"
    if view.cloud.state == "failed":
        return GIVEN_UP
    for target in targets:
        if view.name in machine_names(target) and view.cloud.place not in target.places:
            return f"its target is in {_where(target, view.cloud.place)} now"
    return "no longer in the project"


def _where(target: Target, left: Place) -> str:
    """The regions, with their providers where that is what has changed."""
    same = all(place.provider == left.provider for place in target.places)
    return " or ".join(place.region if same else str(place) for place in target.places)


def _is_leftover(resource: Resource, homes: Homes) -> bool:
    if resource.kind == "firewall":
        return resource.place not in homes.get(resource.target or "", frozenset())
    return not any(resource.place in places for places in homes.values())
