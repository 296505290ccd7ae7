"""The plan that leaves nothing."""

from __future__ import annotations

from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.machine_record import machine_resource
from orchestrator.planning.plan import Plan
from orchestrator.planning.survey import Survey
from providers.contract.types import TAG_MACHINE, Resource, ResourceKind

ORDER: tuple[ResourceKind, ...] = (
    "machine",
    "interface",
    "disk",
    "address",
    "firewall",
    "key",
    "group",
)
"""What has to go before what: a firewall cannot while an interface uses it."""


def plan_down(survey: Survey) -> Plan:
    """Destroy everything that carries our tags, in dependency order.

    A disk or interface that goes with its machine is in the listing too; destroying what
    is gone already is fine, and finding it still there is what this is for.
    """
    machines = [machine_resource(view.cloud) for view in survey.machines]
    resources = sorted([*machines, *survey.resources], key=order_of)
    warning = "the data on these machines goes with them, that in volumes included"
    return Plan(
        operations=tuple(destroy_inorder_of(resources)), warnings=(warning,) if machines else ()
    )


def destroy_inorder_of(resources: list[Resource]) -> list[DestroyResource]:
    """One operation a resource; each waits for all of the kinds before its own."""
    machines = {_machine(resource) for resource in resources if resource.kind == "machine"}
    operations: list[DestroyResource] = []
    for resource in sorted(resources, key=order_of):
        before = frozenset(
            operation.id
            for operation in operations
            if order_of(operation.resource) < order_of(resource)
        )
        along = resource.kind in ("disk", "interface") and _machine(resource) in machines
        operations.append(DestroyResource(resource=resource, goes_along=along, needs=before))
    return operations


def _machine(resource: Resource) -> str:
    return resource.tags.get(TAG_MACHINE, resource.id)


def order_of(resource: Resource) -> int:
    """Its place in `ORDER`."""
    return ORDER.index(resource.kind)
