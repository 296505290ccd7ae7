"""What has to stand, and to be known, in a place before a target's machines can be made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.operations.ground import Ground
from orchestrator.operations.operation import Operation
from orchestrator.operations.perform import perform
from orchestrator.reporting.events import Action, Fallback, PlannedChange
from orchestrator.spec.model import Target
from providers.contract.errors import CapacityError, QuotaError
from providers.contract.provider import Provider
from providers.contract.types import NetworkRequest, Place, PortRule, Requirement

NO_ROOM = (CapacityError, QuotaError)
"""What another place may have room for."""


@dataclass(frozen=True, kw_only=True)
class PrepareTarget(Operation):
    """Make the target's firewall in one place carry exactly `rules` and its key be there; with
    `for_machines` also find out the image and the types that fit, once for all machines.

    When the firewall stands already (`action` none) it only reads. The places that come after
    the target's first are prepared when a machine has to go there.
    """

    kind: ClassVar[str] = "firewall"

    target: Target
    place: Place
    rules: tuple[PortRule, ...]
    public_key: str
    action: Action
    for_machines: bool
    key_missing: bool = False
    difference: str = ""

    @property
    def subject(self) -> str:
        return self.target.name

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.place}:{self.subject}"

    @property
    def detail(self) -> str:
        where = str(self.place) if self.target.elsewhere else ""
        return ": ".join(filter(None, (where, self.difference)))

    @property
    def changes_something(self) -> bool:
        """Whether applying it changes what stands, as far as the survey saw."""
        return self.action != "none" or self.key_missing

    def describe(self) -> PlannedChange | None:
        if not self.changes_something:
            return None
        action, kind = (self.action, "firewall") if self.action != "none" else ("create", "key")
        return PlannedChange(action, kind, self.subject, self.target.name, detail=self.detail)

    def apply(self, context: Context) -> bool:
        if self.for_machines:
            try:
                self.ground(context)
            except NO_ROOM as error:
                later = self.target.places[self.target.places.index(self.place) + 1 :]
                if not later:
                    raise
                context.sink.emit(
                    Fallback(f"{self.target.name} in {self.place}", str(later[0]), str(error))
                )
                return False
        else:
            self._provider(context).ensure_network(self.request(context))
        return self.changes_something

    def ground(self, context: Context) -> Ground:
        """What this target's machines stand on here, made on the first call in a run."""
        return context.results.grounds.get(
            self.target.name, self.place, lambda: self._make(context)
        )

    def ground_on_demand(self, context: Context) -> Ground:
        """The same where nothing was planned here: the first call is an operation of its own,
        with its journal entry and its events."""
        return context.results.grounds.get(
            self.target.name, self.place, lambda: self._make_as_operation(context)
        )

    def _make_as_operation(self, context: Context) -> Ground:
        made: list[Ground | CapacityError | QuotaError] = []

        def work(context: Context) -> bool:
            try:
                made.append(self._make(context))
            except NO_ROOM as error:  # no failure yet: there may be another place
                made.append(error)
                return False
            return self.changes_something

        perform(self, context, work)
        (found,) = made
        if isinstance(found, NO_ROOM):
            raise found
        return found

    def _make(self, context: Context) -> Ground:
        target, provider = self.target, self._provider(context)
        size = target.size
        requirement = Requirement(size.cpu, size.memory, size.type, target.arch, target.market)
        with ThreadPoolExecutor(2, thread_name_prefix="ground") as pool:
            image = pool.submit(provider.resolve_image, target.os, target.arch)
            offers = pool.submit(provider.offers, requirement, target.zone)
            # A mistake in size, zone or image is found before anything is made.
            found, fitting = image.result(), tuple(offers.result())
        return Ground(provider.ensure_network(self.request(context)), found, fitting)

    def _provider(self, context: Context) -> Provider:
        return context.providers.get(*self.place)

    def request(
        self, context: Context, rules: tuple[PortRule, ...] | None = None
    ) -> NetworkRequest:
        """What to ask of the provider here, with other `rules` if they are given."""
        return NetworkRequest(
            owner=context.owner,
            target=self.target.name,
            subnet=self.target.subnet,
            public_key=self.public_key,
            rules=self.rules if rules is None else rules,
        )
