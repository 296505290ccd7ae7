"""Leave the places that were tried and in which no machine of ours ended up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
        homes: dict[Place, set[str]] = {}
        for record in context.store.machines.all().values():
            homes.setdefault(Place(record.provider, record.region), set()).add(record.target)
        names = {target.name for target in self.targets}
        tried = {place for target in self.targets for place in target.places}
        deserted = {place for place in tried if not names <= homes.get(place, set())}
        clouds = {place.provider for place in deserted}
        listings = {
            place: context.providers.get(*place).listing(context.owner)
            for place in sorted(deserted | {home for home in homes if home.provider in clouds})
        }
        removed = False
        for resource in forsaken(listings, homes, names, deserted):
            provider = context.providers.get(*resource.place)
            provider.destroy(resource, context.owner, deadline=VACATE_DEADLINE)
            what = f"{resource.kind} {resource.name or resource.id} in {resource.place}"
            context.sink.emit(Notice(f"{what} is gone again: no machine is there"))
            removed = True
        return removed


def forsaken(
    listings: Mapping[Place, Listing],
    homes: Mapping[Place, Collection[str]],
    tried: Collection[str],
    deserted: Collection[Place],
) -> tuple[Resource, ...]:
    """What goes, in order. `homes` are the targets that have a machine in each place, `tried`
    those that may have left something in the `deserted` places. Pure."""
    lived_in = {
        place: {*homes.get(place, ()), *(machine.target for machine in listing.machines)}
        for place, listing in listings.items()
    }
    gone: dict[object, Resource] = {}
    wanted: set[object] = set()
    for place, listing in listings.items():
        alive = lived_in[place] or any(r.kind in ("machine", "disk") for r in listing.resources)
        for resource in listing.resources:
            own = resource.target in tried and resource.target not in lived_in[place]
            if place in deserted and (own if resource.kind == "firewall" else not alive):
                gone[resource.identity] = resource
            else:
                wanted.add(resource.identity)
    going = [each for identity, each in gone.items() if identity not in wanted]
    inside = {resource.id for resource in going}
    return tuple(
        resource
        for resource in sorted(going, key=lambda each: REMOVAL_ORDER.index(each.kind))
        if resource.within not in inside
    )
