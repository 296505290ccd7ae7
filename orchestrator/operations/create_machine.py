"""Create one VM: persisted request first, then the call, then the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.choices import Choices
from orchestrator.operations.clean_up import clean_up
from orchestrator.operations.context import Context
from orchestrator.operations.ground import Ground
from orchestrator.operations.machine_record import record_machine
from orchestrator.operations.machine_request import new_request
from orchestrator.operations.made_as import made_as
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import NO_ROOM, PrepareTarget
from orchestrator.reporting.events import Fallback, PlannedChange
from orchestrator.spec.model import Target
from orchestrator.state.requests import Pending
from providers.contract.errors import (
    CapacityError,
    CloudError,
    InvalidRequestError,
    QuotaError,
    TokenSpentError,
    UnknownCloudError,
)
from providers.contract.provider import Provider
from providers.contract.types import TAG_MADE_AS, MachineRequest, Place

BOOT_DEADLINE = 600.0
"""Seconds a cloud may take from the create call to a running machine with an address."""
LISTED_AFTER = 60.0
"""Seconds after which a cloud lists what a create call has made."""


@dataclass(frozen=True, kw_only=True)
class CreateMachine(Operation):
    """One new machine of a target, in the first of its places where there is room.

    `ways` are the target's places, each with what has to stand there before a machine can.
    """

    kind: ClassVar[str] = "machine"

    name: str
    target: Target
    public_key: str
    size: str
    ways: tuple[PrepareTarget, ...]

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    @property
    def detail(self) -> str:
        target = self.target
        market = ", spot" if target.market == "spot" else ""
        where = ", else ".join(map(str, target.places))
        return f"{where}, {self.size}, {target.os} {target.arch}{market}"

    def describe(self) -> PlannedChange:
        return PlannedChange(
            "create", "machine", self.name, self.target.name, self.name, self.detail
        )

    def apply(self, context: Context) -> bool:
        pending = context.store.requests.all().get(self.name)
        if pending is not None and self._resume(context, pending):
            return True
        refusals: dict[Place, CloudError] = {}
        for number, way in enumerate(self.ways):
            if way.place.provider in _shut(refusals):
                continue
            later = [w.place for w in self.ways[number + 1 :]]
            found = self._in_place(context, way, later)
            if found is None:
                return True
            refusals[way.place] = found
        raise self._no_room(refusals)

    def _in_place(
        self, context: Context, way: PrepareTarget, later: list[Place]
    ) -> CloudError | None:
        """Make the machine somewhere in one place. None when it stands, else why it cannot be
        made there: nothing of it is left then, and an event says so if there are places left
        to try."""
        provider = context.providers.get(*way.place)
        following = str(later[0]) if later else ""
        try:
            ground = way.ground_on_demand(context)
        except NO_ROOM as error:
            self._tell(context, f"{self.target.name} in {way.place}", following, error)
            return error
        choices = Choices(ground)
        spot = choices.next()
        if spot is None:
            nowhere = self._nothing_fits(way.place, ground)
            self._tell(context, f"{self.target.name} in {way.place}", following, nowhere)
            return nowhere
        while True:
            request = new_request(
                self.name, self.target, context.owner, self.public_key, ground, spot
            )
            context.store.requests.save(request, way.place.provider)
            refusal = self._make(context, provider, request)
            if refusal is None:
                return None
            choices.rule_out(spot, refusal)
            after = choices.next()
            self._tell(context, str(spot), str(after) if after else following, refusal)
            if after is None:
                return refusal
            spot = after

    def _resume(self, context: Context, pending: Pending) -> bool:
        """Go on with a request that an earlier run persisted and did not see the end of:
        the same bytes with the same token can only lead to the same machine.

        Where nothing came of it and the project asks for something else by now, it is
        dropped, with an event.
        """
        way = next((way for way in self.ways if pending.is_for(way.place)), None)
        request = pending.request
        if way is not None:
            provider = context.providers.get(*way.place)
            if self._still_wanted(context, request, way) or (
                provider.find_machine(request.token, context.owner)
            ):
                context.store.requests.sent_again(request.token)
                refusal = self._make(context, provider, request)
                if refusal is not None:
                    what = f"{request.type} in {request.zone or request.region}"
                    self._tell(context, what, "a new request", refusal)
                return refusal is None
        if self.name not in context.store.requests.younger_than(LISTED_AFTER):
            # A younger one may have made a machine that is not listed yet: it is kept, and
            # with it the place to look for what came of it.
            context.store.requests.erase(request.token)
        context.sink.emit(
            Fallback(
                f"the request for {self.name} that an earlier run left",
                "a new request",
                "the project asks for something else by now, and nothing came of it",
            )
        )
        return False

    def _still_wanted(self, context: Context, request: MachineRequest, way: PrepareTarget) -> bool:
        try:
            network = way.ground_on_demand(context).network
        except NO_ROOM:
            return False
        return (
            request.tags.get(TAG_MADE_AS) == made_as(self.target)
            and self.target.zone in (None, request.zone)
            and request.subnet in (network.subnets.values() or ("",))
            and (request.key, request.firewall) == (network.key, network.firewall)
        )

    def _make(
        self, context: Context, provider: Provider, request: MachineRequest
    ) -> CloudError | None:
        """Converge on the request's machine and record it. Returns why it cannot be made
        there, or that its token is used up, with nothing left behind and the request
        forgotten; raises what going elsewhere cannot mend.

        Where it is not known what came of the request (the deadline has passed, the cloud
        does not answer, or answers no longer to who we are) it is kept: the next run goes on
        with it.
        """
        context.cancel.check()
        try:
            machine = provider.ensure_machine(request, deadline=BOOT_DEADLINE)
        except (TokenSpentError, *NO_ROOM) as error:
            clean_up(context, provider, request, error)
            context.store.requests.erase(request.token)
            return error
        except (InvalidRequestError, UnknownCloudError) as error:
            clean_up(context, provider, request, error)
            # Sent again it could only be refused again, and the project will have been
            # changed by then.
            context.store.requests.erase(request.token)
            raise
        record_machine(context, machine)
        return None

    def _tell(self, context: Context, what: str, instead: str, refusal: CloudError) -> None:
        """Say where the machine goes instead; without a place to go the error says it all."""
        if instead:
            reason = f"{refusal.code} {refusal.message}".strip()
            context.sink.emit(Fallback(what, instead, reason))

    def _nothing_fits(self, place: Place, ground: Ground) -> CapacityError:
        zones = ", ".join(sorted(filter(None, ground.network.subnets))) or "none"
        return CapacityError(
            f"{self.size} ({self.target.arch}) is not offered in a zone of {place.region} that "
            f"has a subnet (zones with one: {zones})",
            provider=place.provider,
            advice="try another size, or name a subnet in a zone that has it",
        )

    def _no_room(self, refusals: dict[Place, CloudError]) -> CloudError | LongshoreError:
        """Why the machine is nowhere: the refusal itself where there is one place, else all
        of them in one."""
        if len(self.target.places) == 1:
            ((place, refusal),) = refusals.items()
            if isinstance(refusal, QuotaError) or not refusal.code:
                return refusal
            where = self.target.zone or place.region
            return CapacityError(
                f"no zone of {where} has room for {self.size} ({self.target.arch}): "
                f"{refusal.code} {refusal.message}",
                provider=place.provider,
                request_id=refusal.request_id,
                advice=refusal.advice or "try another size, region or market for this target",
            )
        said = "; ".join(f"{place}: {error.message}" for place, error in refusals.items())
        advice = "; ".join(
            f"{place}: {error.advice}" for place, error in refusals.items() if error.advice
        )
        return LongshoreError(
            f"no place of {self.target.name} has room for {self.size} ({self.target.arch}): {said}",
            advice=advice or "try another size or market, or add a place to this target",
            exit_code=ExitCode.CAPACITY,
        )


def _shut(refusals: dict[Place, CloudError]) -> set[str]:
    """Providers that have said no for all of their regions."""
    return {
        place.provider
        for place, error in refusals.items()
        if isinstance(error, CapacityError) and error.scope == "account"
    }
