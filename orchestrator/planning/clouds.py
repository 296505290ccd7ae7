"""Asking every place what of ours is there, all at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from orchestrator.errors import LongshoreError
from orchestrator.exit_code import exit_code_of
from orchestrator.operations.providers import Providers
from orchestrator.state.places import Place
from providers.contract.errors import CloudError
from providers.contract.types import Abilities, Listing, Owner


@dataclass(frozen=True)
class Answers:
    """What the places said, and why those that said nothing did not."""

    listings: tuple[Listing, ...]
    unanswered: dict[Place, CloudError]


class Clouds:
    """The questions of one survey, one for each place."""

    def __init__(self, owner: Owner, providers: Providers, pool: ThreadPoolExecutor) -> None:
        self._owner = owner
        self._providers = providers
        self._pool = pool
        self._asked: dict[Place, Future[Listing]] = {}
        self._failed: dict[Place, CloudError] = {}
        self.abilities: dict[Place, Abilities] = {}

    def in_order(self, places: Iterable[Place]) -> tuple[list[Place], list[Place]]:
        """The places whose SDK loads quickly, and those whose SDK does not: those are best
        asked when everything else is under way."""
        quick: list[Place] = []
        slow: list[Place] = []
        for place in sorted(set(places)):
            try:
                self.abilities[place] = self._providers.get(*place).abilities
            except CloudError as error:
                self._failed[place] = error
            else:
                (slow if self.abilities[place].loads_slowly else quick).append(place)
        return quick, slow

    def ask(self, places: Iterable[Place]) -> None:
        """Send the question to each place.

        Libraries are loaded here, in the calling thread, each just before it is needed: in
        several threads at once, imports wait for each other. The answers to earlier questions
        come in meanwhile.
        """
        for place in places:
            provider = self._providers.get(*place)
            try:
                provider.prepare()
            except CloudError as error:
                self._failed[place] = error
            else:
                self._asked[place] = self._pool.submit(provider.listing, self._owner)

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place of the questions, in order."""
        return tuple(sorted({*self._asked, *self._failed}))

    def answers(self) -> Answers:
        """Wait for what came of the questions."""
        listings: list[Listing] = []
        unanswered = dict(self._failed)
        for place, asked in self._asked.items():
            try:
                listings.append(asked.result())
            except CloudError as error:
                unanswered[place] = error
        return Answers(tuple(listings), dict(sorted(unanswered.items())))


def no_answer(place: Place, error: CloudError, *, among: int) -> CloudError | LongshoreError:
    """The error to raise when a place could not be asked: where there are several places it
    says which one."""
    if among == 1:
        return error
    found = LongshoreError(
        f"{place} cannot be asked, and without its answer nothing is certain: {error}",
        advice=error.advice,
        exit_code=exit_code_of(error),
    )
    found.__cause__ = error
    return found
