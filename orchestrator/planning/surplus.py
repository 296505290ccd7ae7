"""What a project no longer asks for, and the order in which it goes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.machine_record import machine_resource
from orchestrator.operations.operation import Operation
from orchestrator.planning.down import order_of
from orchestrator.planning.naming import machine_names
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.spec.model import Target
from orchestrator.state.places import Place
from providers.contract.types import Resource


def remove_surplus(
    targets: Sequence[Target],
    survey: Survey,
    kept: Sequence[MachineView],
    before: Sequence[Operation],
) -> list[DestroyResource]:
    """Once everything `before` has come up: the machines that are not `kept`, then the
    firewalls of targets that are gone, then what is left in places no target names."""
    waits = frozenset(operation.id for operation in before)
    gone = [
        DestroyResource(
            resource=machine_resource(view.cloud), note=_why(view, targets, kept), needs=waits
        )
        for view in survey.machines
        if not any(view is machine for machine in kept)
    ]
    waits |= {operation.id for operation in gone}
    leftover = [r for r in survey.resources if _is_leftover(r, targets)]
    for resource in sorted(leftover, key=order_of):
        destroy = DestroyResource(resource=resource, needs=waits)
        gone.append(destroy)
        waits |= {destroy.id}
    return gone


def place_of(resource: Resource) -> Place:
    """Where a resource is."""
    return (resource.provider, resource.region)


def _why(view: MachineView, targets: Sequence[Target], kept: Sequence[MachineView]) -> str:
    for machine in kept:
        if machine.name == view.name:
            return f"a second machine of this name beside {machine.cloud.id}"
    for target in targets:
        if view.name in machine_names(target):
            return f"its target is in {target.region} now"
    return "no longer in the project"


def _is_leftover(resource: Resource, targets: Sequence[Target]) -> bool:
    here = {t.name for t in targets if (t.provider, t.region) == place_of(resource)}
    return resource.target not in here if resource.kind == "firewall" else not here
