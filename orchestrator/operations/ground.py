"""What all machines of one target stand on in one place, found out once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from providers.contract.types import Image, Network, Offer, Place


@dataclass(frozen=True)
class Ground:
    """Key, firewall and subnets of a target in a place, the image its machines take there,
    and the types that fit, smallest first."""

    network: Network
    image: Image
    offers: tuple[Offer, ...]


class Grounds:
    """The grounds of a run, by target and place: each is made once, however many machines
    ask for it at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[tuple[str, Place], Future[Ground]] = {}

    def get(self, target: str, place: Place, make: Callable[[], Ground]) -> Ground:
        """The ground, made by the first who asks; the others wait for that. What `make`
        raises is raised for all: a second try would ask the same of the same cloud."""
        with self._lock:
            made = self._made.get((target, place))
            first = made is None
            if made is None:
                made = self._made[target, place] = Future()
        if first:
            try:
                made.set_result(make())
            except BaseException as error:  # whoever waits must learn of it, whatever it was
                made.set_exception(error)
                raise
        return made.result()

    def known(self) -> frozenset[tuple[str, Place]]:
        """The targets, and where something may have been made for them."""
        with self._lock:
            return frozenset(self._made)
