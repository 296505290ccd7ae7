"""Taking the survey: the clouds and the machines are asked at the same time.

A machine that is remembered is connected to while its cloud is still being asked, since
its host key is pinned whatever the cloud will say; what the cloud then says decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.providers import Providers
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.state.machines import MachineRecord
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_HOST_KEY_NEXT,
    TAG_TRUST,
    CloudMachine,
    Listing,
    Owner,
)

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container

ANSWER_DEADLINE = 10.0
"""Seconds a machine that has been deployed to may take to answer SSH."""
PARALLEL = 32

Place = tuple[str, str]
"""Provider and region."""


@dataclass(frozen=True)
class Inside:
    """What a machine itself said: whether its Engine answers, the stamp of the playbook
    that last went through, and the containers on it. `error` is set when it could not be
    asked."""

    engine: bool = False
    stamp: str = ""
    containers: tuple[Container, ...] = ()
    error: LongshoreError | None = None


Inspect = Callable[[Fleet, str, Owner], Inside]
"""Asks one connected machine. Raises LongshoreError when it cannot."""


class Surveyor:
    """Takes the survey of one environment."""

    def __init__(
        self,
        owner: Owner,
        providers: Providers,
        fleet: Fleet,
        records: Mapping[str, MachineRecord],
        inspect: Inspect,
    ) -> None:
        self._owner = owner
        self._providers = providers
        self._fleet = fleet
        self._records = records
        self._inspect = inspect

    def take(self, places: Iterable[Place], *, inside: bool = True) -> Survey:
        """Ask every place, and with `inside` every machine. Raises CloudError when a
        cloud cannot be asked: without its answer nothing else is certain."""
        everywhere = {*places, *((r.provider, r.region) for r in self._records.values())}
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="survey") as pool:
            listings = [pool.submit(self._listing, place) for place in sorted(everywhere)]
            early = {
                name: pool.submit(self._ask, record.name, record.address, record.pins)
                for name, record in self._records.items()
                if inside and record.rotated
            }
            found = [listing.result() for listing in listings]
            machines = [machine for listing in found for machine in listing.machines]
            resources = tuple(
                resource
                for listing in found
                for resource in listing.resources
                if resource.kind != "machine"
            )
            machines.sort(key=lambda machine: (machine.name, not self._known(machine)))
            asked = [(m, self._asked(pool, m, early) if inside else None) for m in machines]
            views = tuple(_view(m, self._record(m), f.result() if f else None) for m, f in asked)
        return Survey(views, resources)

    def _listing(self, place: Place) -> Listing:
        provider, region = place
        return self._providers.get(provider, region).listing(self._owner)

    def _asked(
        self, pool: ThreadPoolExecutor, machine: CloudMachine, early: dict[str, Future[Inside]]
    ) -> Future[Inside] | None:
        """The question already on its way, when it went to this very machine, or a new
        one; None for a machine that is still to be met for the first time."""
        record = self._record(machine)
        if not is_rotated(machine, record) or machine.state != "running":
            return None
        if record is not None and record.address == machine.address and machine.name in early:
            return early[machine.name]
        return pool.submit(self._ask, machine.name, machine.address or "", pins_of(machine, record))

    def _ask(self, name: str, address: str, pins: frozenset[str]) -> Inside:
        try:
            self._fleet.connect(name, address, pins, deadline=ANSWER_DEADLINE)
            return self._inspect(self._fleet, name, self._owner)
        except Interrupted:
            raise
        except LongshoreError as error:
            return Inside(error=error)

    def _record(self, machine: CloudMachine) -> MachineRecord | None:
        record = self._records.get(machine.name)
        return record if record is not None and record.id == machine.id else None

    def _known(self, machine: CloudMachine) -> bool:
        return self._record(machine) is not None


def pins_of(machine: CloudMachine, record: MachineRecord | None) -> frozenset[str]:
    """The host keys a machine may show: the record's pins, or those in its tags when
    there is no record (then whoever may write tags is trusted: docs/security.md)."""
    if record is not None:
        return record.pins
    tags = machine.tags
    pins = (tags.get(TAG_HOST_KEY, ""), tags.get(TAG_HOST_KEY_NEXT, ""))
    return frozenset(pin for pin in pins if pin)


def is_rotated(machine: CloudMachine, record: MachineRecord | None) -> bool:
    """Whether the machine's key is one that never passed through user data."""
    if record is not None:
        return record.rotated
    return machine.tags.get(TAG_TRUST) == "rotated"


def _view(
    machine: CloudMachine, record: MachineRecord | None, inside: Inside | None
) -> MachineView:
    trusted = is_rotated(machine, record)
    if inside is None:
        if not trusted and machine.state in ("pending", "running"):
            return MachineView(machine, "booting", trusted)
        note = "it was not asked" if machine.state == "running" else f"it is {machine.state}"
        return MachineView(machine, "unknown", trusted, note=note)
    if inside.error is not None:
        return MachineView(machine, "unknown", trusted, error=inside.error)
    return MachineView(
        machine,
        "ok",
        trusted,
        engine=inside.engine,
        stamp=inside.stamp,
        containers=inside.containers,
    )
