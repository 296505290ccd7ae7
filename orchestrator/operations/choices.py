"""Where in one place a machine may go, and what a refusal rules out. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.operations.ground import Ground
from providers.contract.errors import CapacityError, CloudError, QuotaError, TokenSpentError
from providers.contract.types import Offer

ANYWHERE = ""
"""The zone of a provider that has none, and the subnet that serves every zone."""


@dataclass(frozen=True)
class Spot:
    """One type in one zone, with the subnet there; empty where a provider has none."""

    offer: Offer
    zone: str
    subnet: str

    def __str__(self) -> str:
        return f"{self.offer.type} in {self.zone or self.offer.region}"


class Choices:
    """The spots of one place, in the order to try them.

    The smallest type that fits, in each zone that has it and a subnet for us. Where a quota
    is used up, the smallest type of another family with as many CPUs takes its place. Other
    sizes are not tried: nobody has asked for their price.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._tried: set[tuple[str, str]] = set()
        self._renewed: set[tuple[str, str]] = set()
        self._used_up: set[str] = set()
        self._closed = False

    def next(self) -> Spot | None:
        """The next spot to try, which counts as tried from now on; None when there is none."""
        if self._closed:
            return None
        offer = next(self._offers(), None)
        for spot in self._spots(offer) if offer is not None else ():
            if (spot.offer.type, spot.zone) not in self._tried:
                self._tried.add((spot.offer.type, spot.zone))
                return spot
        return None

    def rule_out(self, spot: Spot, error: CloudError) -> None:
        """Take from the choices what the refusal of `spot` says there is none of."""
        here = (spot.offer.type, spot.zone)
        if isinstance(error, QuotaError):
            self._used_up.add(spot.offer.family)
            # Without a word for what counts together, nothing in the region is sure to count
            # apart.
            self._closed = self._closed or error.whole_region or not spot.offer.family
        elif isinstance(error, CapacityError):
            self._closed = self._closed or error.scope != "zone"
        elif isinstance(error, TokenSpentError) and here not in self._renewed:
            # It is the request that is used up, not the zone; once, not for ever.
            self._renewed.add(here)
            self._tried.discard(here)

    def _offers(self) -> Iterator[Offer]:
        offers = self._ground.offers
        for offer in offers:
            if offer.cpu == offers[0].cpu and offer.family not in self._used_up:
                yield offer

    def _spots(self, offer: Offer) -> Iterator[Spot]:
        subnets = self._ground.network.subnets
        for zone in offer.zones or (ANYWHERE,):
            subnet = subnets.get(zone, subnets.get(ANYWHERE))
            if subnet is None and zone == ANYWHERE and not subnets:
                subnet = ANYWHERE
            if subnet is not None:
                yield Spot(offer, zone, subnet)
