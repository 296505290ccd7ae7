"""Leave the places that were tried and in which no machine of ours ended up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Notice
from orchestrator.spec.model import Target
from providers.contract.types import REMOVAL_ORDER, Listing, Place, Resource

VACATE_DEADLINE = 300.0
"""Seconds until each resource must be really gone."""


@dataclass(frozen=True, kw_only=True)
class VacatePlaces(Operation):
    """Where a place had no room, its firewall, key and group have been made for nothing.

    Without a line in the plan: which places are left empty is known once all machines stand.
    Where machines or disks are still listed nothing but firewalls is touched.
    """

    kind: ClassVar[str] = "vacate"

    targets: tuple[Target, ...]

    @property
    def subject(self) -> str:
        return "places"

    def apply(self, context: Context) -> bool:
        names = {target.name for target in self.targets}
        homes: dict[Place, set[str]] = {}
        for record in context.store.machines.all().values():
            homes.setdefault(Place(record.provider, record.region), set()).add(record.target)
        removed = False
        for place in sorted({place for target in self.targets for place in target.places}):
            if names <= homes.get(place, set()):
                continue
            provider = context.providers.get(*place)
            listing = provider.listing(context.owner)
            for resource in forsaken(listing, homes.get(place, set()), names):
                provider.destroy(resource, context.owner, deadline=VACATE_DEADLINE)
                what = f"{resource.kind} {resource.name or resource.id} in {place}"
                context.sink.emit(Notice(f"{what} is gone again: no machine is there"))
                removed = True
        return removed


def forsaken(
    listing: Listing, homes: Collection[str], tried: Collection[str]
) -> tuple[Resource, ...]:
    """What of a place goes, in order. `homes` are the targets that have a machine there,
    `tried` those that may have left something there. Pure."""
    living = {machine.target for machine in listing.machines}
    firewalls = [
        resource
        for resource in listing.resources
        if resource.kind == "firewall"
        and resource.target in tried
        and resource.target not in {*homes, *living}
    ]
    alive = homes or living or any(r.kind in ("machine", "disk") for r in listing.resources)
    gone = firewalls if alive else list(listing.resources)
    inside = {resource.id for resource in gone}
    return tuple(
        resource
        for resource in sorted(gone, key=lambda each: REMOVAL_ORDER.index(each.kind))
        if resource.within not in inside
    )
