"""Running the suite against a real cloud: what it may cost, the question, and the sweep.

Every owner of a live run begins with the same word, which is this user's on this computer. It
is written down before anything is made for it, and erased when nothing is left. Owners are
swept at the start (those of runs that were killed) and at the end.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from providers.contract.provider import Provider
from providers.contract.types import TAG_ENVIRONMENT, TAG_PROJECT, Owner, Resource
from tests.contract.emulators import Emulator
from tests.contract.stage import in_order

CONFIRM = "LONGSHORE_LIVE_CONFIRM"
ENVIRONMENT = "conformance"
REMOVAL_DEADLINE = 600.0
"""Seconds for one resource; a real cloud takes its time."""


@dataclass(frozen=True)
class Budget:
    """What a live run makes at most."""

    cloud: str
    region: str
    type: str
    tests: int
    machines: int
    at_once: int
    minutes: float

    def lines(self) -> Iterator[str]:
        yield f"{self.cloud} itself, region {self.region}: {self.tests} tests"
        yield (
            f"at most {self.machines} machines of type {self.type} with a disk of 20 GiB each, "
            f"at most {self.at_once} at the same time, about {self.minutes:.0f} minutes in all"
        )
        yield (
            f"everything is tagged {TAG_ENVIRONMENT}={ENVIRONMENT} and "
            f"{TAG_PROJECT}={our_word()}..., and swept at the start and at the end"
        )


def budget(emulator: type[Emulator], machines: Iterable[int]) -> Budget:
    """`machines`: how many each test makes at most. They run one after the other."""
    each = tuple(machines)
    facts = emulator.facts
    return Budget(
        cloud=facts.name,
        region=facts.region,
        type=facts.small_type,
        tests=len(each),
        machines=sum(each),
        at_once=max(each, default=0),
        minutes=sum(each) * minutes_of(emulator),
    )


def minutes_of(emulator: type[Emulator]) -> float:
    return float(getattr(emulator, "minutes", 0.0))


def is_live(emulator: Emulator | type[Emulator]) -> bool:
    return hasattr(emulator, "minutes")


def our_word() -> str:
    """What the project names of this user's live runs on this computer begin with."""
    who = f"{getpass.getuser()}@{platform.node()}"
    return f"live-{hashlib.sha256(who.encode()).hexdigest()[:6]}-"


def new_owner(emulator: Emulator) -> Owner:
    """An owner that nobody else has; a live one is written down first."""
    if not is_live(emulator):
        return Owner(f"t{uuid.uuid4().hex[:8]}", "test")
    owner = Owner(f"{our_word()}{uuid.uuid4().hex[:6]}", ENVIRONMENT)
    book = _book(emulator.facts.name)
    book.parent.mkdir(parents=True, exist_ok=True)
    with book.open("a") as file:
        file.write(f"{owner.project}\n")
    return owner


def sweep(provider: Provider) -> tuple[Resource, ...]:
    """Remove everything of every live run of ours, and return what was removed.

    Owners come from the book and from the tags that the cloud shows: either may have lost
    some. Raises CloudError; what is left then is still in the book.
    """
    book = _book(provider.name)
    written = book.read_text().split() if book.exists() else []
    removed = []
    for project in dict.fromkeys((*written, *_seen(provider))):
        owner = Owner(project, ENVIRONMENT)
        for resource in in_order(provider.listing(owner).resources):
            provider.destroy(resource, owner, deadline=REMOVAL_DEADLINE)
            removed.append(resource)
    if book.exists():
        book.unlink()
    return tuple(removed)


def _seen(provider: Provider) -> list[str]:
    nobody = Owner("longshore-sweep", ENVIRONMENT)
    return [
        resource.tags.get(TAG_PROJECT, "")
        for resource in provider.foreign(nobody)
        if resource.tags.get(TAG_ENVIRONMENT) == ENVIRONMENT
        and resource.tags.get(TAG_PROJECT, "").startswith(our_word())
    ]


def _book(cloud: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    folder = Path(base) if base else Path.home() / ".cache"
    return folder / "longshore" / f"live-{cloud}.txt"
