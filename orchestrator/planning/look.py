"""Taking the survey: the clouds and the machines are asked at the same time.

A machine that is remembered is connected to while its cloud is still being asked, since
its host key is pinned whatever the cloud will say; what the cloud then says decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orchestrator.cancellation import Cancellation
from orchestrator.errors import Interrupted, LongshoreError
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.providers import Providers
from orchestrator.planning.clouds import Clouds, no_answer
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.state.machines import MachineRecord
from orchestrator.state.places import Place
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_HOST_KEY_NEXT,
    TAG_TRUST,
    CloudMachine,
    Owner,
)

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container

ANSWER_DEADLINE = 10.0
"""Seconds a machine that has been deployed to may take to answer SSH."""
PARALLEL = 32


@dataclass(frozen=True)
class Inside:
    """What a machine itself said: whether its Engine answers, the stamp of the playbook
    that last went through, the containers on it, and the neighbours it knows by name. `error`
    is set when it could not be asked."""

    engine: bool = False
    stamp: str = ""
    containers: tuple[Container, ...] = ()
    hosts: str = ""
    error: LongshoreError | None = None


Inspect = Callable[[Fleet, str, Owner], Inside]
"""Asks the machine on a line, which is connected. Raises LongshoreError when it cannot."""


class Surveyor:
    """Takes the survey of one environment, once.

    Inside its `with` block, `ask` sends the questions and `answer` waits for what came of
    them; between the two the caller is free to do its own work.
    """

    def __init__(
        self,
        owner: Owner,
        providers: Providers,
        fleet: Fleet,
        records: Mapping[str, MachineRecord],
        inspect: Inspect,
        cancel: Cancellation,
    ) -> None:
        self._owner = owner
        self._fleet = fleet
        self._records = records
        self._inspect = inspect
        self._cancel = cancel
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="survey")
        self._clouds = Clouds(owner, providers, self._pool)
        self._inside = True
        self._early: dict[str, _Question] = {}

    def ask(self, places: Iterable[Place], *, inside: bool = True) -> None:
        """Send the questions: every place, and with `inside` every machine. What takes long
        to load comes last, so that all else is under way by then."""
        self._inside = inside
        known = (Place(record.provider, record.region) for record in self._records.values())
        quick, slow = self._clouds.in_order({*places, *known})
        self._clouds.ask(quick)
        if inside:
            self._ask_machines()
        self._clouds.ask(slow)

    def _ask_machines(self) -> None:
        self._fleet.prepare()
        for record in self._records.values():
            if record.rotated:
                line = self._fleet.line(record.id, record.address)
                self._early[record.id] = self._ask(record.name, line, record.pins)

    def answer(self, *, partial: bool = False) -> Survey:
        """What exists. A cloud that could not be asked is an error (CloudError where it is
        the only one, else LongshoreError), since without its answer nothing else is certain;
        with `partial` it is a part of the survey, as long as another one has answered."""
        answers = self._clouds.answers()
        found, unanswered = answers.listings, answers.unanswered
        for place, error in unanswered.items():
            if not (partial and found):
                raise no_answer(place, error, among=len(self._clouds.places))
        groups = {
            resource.id: resource.within
            for listing in found
            for resource in listing.resources
            if resource.kind == "machine"
        }
        machines = [machine for listing in found for machine in listing.machines]
        machines.sort(key=lambda m: (m.name, self._record(m) is None, m.created, m.id))
        questions = [self._asked(machine) if self._inside else None for machine in machines]
        self._give_up()
        inside = [question.answer.result() if question else None for question in questions]
        views = tuple(
            replace(
                _view(machine, self._record(machine), answer), within=groups.get(machine.id, "")
            )
            for machine, answer in zip(machines, inside, strict=True)
        )
        for view in reversed(views):
            self._fleet.assign(view.name, view.cloud.address or "", view.cloud.id)
        resources = tuple(
            resource
            for listing in found
            for resource in listing.resources
            if resource.kind != "machine"
        )
        return Survey(views, resources, self._clouds.places, self._clouds.abilities, unanswered)

    def __enter__(self) -> Surveyor:
        return self

    def __exit__(self, *_: object) -> None:
        self._give_up()
        self._pool.shutdown()

    def _give_up(self) -> None:
        """Wait no longer for machines that are gone or stopped."""
        for question in self._early.values():
            question.give_up.request()
        self._early = {}

    def _asked(self, machine: CloudMachine) -> _Question | None:
        """The question already on its way, when it went to this very machine, or a new
        one; None for a machine that is still to be met for the first time."""
        record = self._record(machine)
        if not is_rotated(machine, record) or machine.state not in ("running", "unreachable"):
            return None
        address = machine.address or ""
        if record is not None and record.address == address and machine.id in self._early:
            return self._early.pop(machine.id)
        line = self._fleet.line(machine.id, address)
        return self._ask(machine.name, line, pins_of(machine, record))

    def _ask(self, name: str, line: str, pins: frozenset[str]) -> _Question:
        give_up = self._cancel.child()

        def answer() -> Inside:
            try:
                self._fleet.connect(name, line, pins, deadline=ANSWER_DEADLINE, cancel=give_up)
                return self._inspect(self._fleet, line, self._owner)
            except Interrupted:
                self._cancel.check()
                return Inside(error=LongshoreError("it was not waited for"))
            except LongshoreError as error:
                return Inside(error=error)

        return _Question(self._pool.submit(answer), give_up)

    def _record(self, machine: CloudMachine) -> MachineRecord | None:
        record = self._records.get(machine.name)
        return record if record is not None and record.id == machine.id else None


@dataclass(frozen=True)
class _Question:
    """What was asked of one machine, and how to stop waiting for it."""

    answer: Future[Inside]
    give_up: Cancellation


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
        if machine.state == "pending" or (not trusted and machine.state == "running"):
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
        hosts=inside.hosts,
    )
