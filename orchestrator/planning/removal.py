"""In which order resources go, and which go by themselves with a group. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from orchestrator.operations.clean_server import CleanServer
from orchestrator.operations.destroy import DestroyResource
from orchestrator.spec.hosts import SERVERS
from providers.contract.types import REMOVAL_ORDER, TAG_MACHINE, Place, Resource

STAYS = "what Longshore put there goes, the server and its Docker stay"


def removals(
    resources: Iterable[Resource],
    *,
    after: frozenset[str] = frozenset(),
    notes: Mapping[str, str] | None = None,
) -> list[DestroyResource | CleanServer]:
    """One operation a resource (two for a server), each `after` what is to come first and
    after the kinds before its own in the same places: one cloud's trouble does not keep
    another's resources.

    What is inside a group that goes too needs no call: machines keep their line in the plan,
    the rest has none. `notes` say of an id why it goes.
    """
    # One that is in no region is listed in each of them, and goes once, after what is in any.
    once: dict[object, Resource] = {}
    places: dict[object, set[Place]] = {}
    for resource in resources:
        once.setdefault(resource.identity, resource)
        places.setdefault(resource.identity, set()).add(resource.place)
    found = sorted(once.values(), key=order_of)
    groups = {(r.place, r.id): r for r in found if r.kind == "group"}
    machines = {_machine(resource) for resource in found if resource.kind == "machine"}
    within = {(r.place, r.id): r.within for r in found}
    operations: list[DestroyResource] = []
    carried: list[DestroyResource] = []
    for resource in found:
        group = _group_of(resource, within, groups)
        note = (notes or {}).get(resource.id, "")
        if group is not None:
            if resource.kind == "machine":
                carried.append(
                    DestroyResource(
                        resource=resource,
                        note=note or f"with its group {group.name or group.id}",
                        carried=True,
                        needs=after | {DestroyResource(resource=group).id},
                    )
                )
            continue
        before = frozenset(
            operation.id
            for operation in operations
            if operation.resource.place in places[resource.identity]
            and order_of(operation.resource) < order_of(resource)
        )
        along = resource.kind in ("disk", "interface") and _machine(resource) in machines
        operations.append(
            DestroyResource(resource=resource, note=note, goes_along=along, needs=after | before)
        )
    return [*_cleaned(operations), *carried]


def _cleaned(operations: list[DestroyResource]) -> Iterator[DestroyResource | CleanServer]:
    """A server that was there before us stays: what we put on it goes, and then the claim."""
    for operation in operations:
        resource = operation.resource
        if (resource.provider, resource.kind) != (SERVERS, "machine"):
            yield operation
            continue
        clean = CleanServer(resource=resource, needs=operation.needs)
        yield clean
        note = f"{operation.note}: {STAYS}" if operation.note else STAYS
        yield replace(operation, note=note, needs=operation.needs | {clean.id})


def order_of(resource: Resource) -> int:
    """Its kind's place in the order in which kinds can go."""
    return REMOVAL_ORDER.index(resource.kind)


def _group_of(
    resource: Resource,
    within: Mapping[tuple[Place, str], str],
    groups: Mapping[tuple[Place, str], Resource],
) -> Resource | None:
    """The group that takes it along, however deep inside it is."""
    holder, seen = resource.within, {resource.id}
    while holder and holder not in seen:
        group = groups.get((resource.place, holder))
        if group is not None:
            return group
        seen.add(holder)
        holder = within.get((resource.place, holder), "")
    return None


def _machine(resource: Resource) -> str:
    return resource.tags.get(TAG_MACHINE, resource.id)
