"""Asking several places: slow ones last, and what one does not say is not taken for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.providers import Providers
from orchestrator.planning.clouds import Clouds
from orchestrator.planning.inside import inspect_machine
from orchestrator.planning.look import Surveyor
from providers.contract.errors import AuthError, CloudError, InvalidRequestError, TransientError
from providers.contract.types import Abilities, Listing, Owner, Place

AWS, AZURE, GCP = Place("aws", "us-east-1"), Place("azure", "eastus"), Place("gcp", "us-west1")
OWNER = Owner("shop", "production")
DENIED = AuthError("who are you", provider="azure", advice="sign in")


@dataclass
class Cloud:
    steps: list[str]
    name: str
    abilities: Abilities = field(default_factory=Abilities)
    prepare_error: CloudError | None = None
    listing_error: CloudError | None = None

    def prepare(self) -> None:
        self.steps.append(self.name)
        if self.prepare_error is not None:
            raise self.prepare_error

    def listing(self, owner: Owner) -> Listing:
        if self.listing_error is not None:
            raise self.listing_error
        return Listing((), ())


class Stand:
    """Hands out the clouds it has."""

    def __init__(self, **clouds: Cloud) -> None:
        self.clouds = clouds

    def get(self, name: str, region: str) -> Cloud:
        if name not in self.clouds:
            raise InvalidRequestError(f"there is no provider {name}", provider=name)
        return self.clouds[name]


class Machines:
    """A fleet that is only made ready."""

    def __init__(self, steps: list[str]) -> None:
        self.steps = steps

    def prepare(self) -> None:
        self.steps.append("ssh")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as found:
        yield found


def surveyor(stand: Stand, steps: list[str]) -> Surveyor:
    return Surveyor(
        OWNER,
        cast(Providers, stand),
        cast(Fleet, Machines(steps)),
        {},
        inspect_machine,
        Cancellation(),
    )


def three(steps: list[str], **azure: CloudError) -> Stand:
    return Stand(
        aws=Cloud(steps, "aws"),
        azure=Cloud(steps, "azure", **azure),  # type: ignore[arg-type]
        gcp=Cloud(steps, "gcp", Abilities(loads_slowly=True)),
    )


def test_what_loads_slowly_comes_when_everything_else_is_under_way() -> None:
    steps: list[str] = []
    with surveyor(three(steps), steps) as survey:
        survey.ask((GCP, AZURE, AWS))
        assert survey.answer().places == (AWS, AZURE, GCP)
    assert steps == ["aws", "azure", "ssh", "gcp"]


@pytest.mark.parametrize("when", ["prepare_error", "listing_error"])
def test_a_place_that_cannot_be_asked_is_a_part_of_a_partial_survey(when: str) -> None:
    with surveyor(three([], **{when: DENIED}), []) as asked:
        asked.ask((AWS, AZURE, GCP))
        found = asked.answer(partial=True)
    assert dict(found.unanswered) == {AZURE: DENIED}
    assert found.answered == {AWS, GCP}


def test_otherwise_it_is_an_error_that_names_the_place() -> None:
    with surveyor(three([], listing_error=DENIED), []) as asked:
        asked.ask((AWS, AZURE))
        with pytest.raises(LongshoreError, match="azure eastus cannot be asked") as caught:
            asked.answer()
    assert caught.value.exit_code == ExitCode.AUTH
    assert caught.value.advice == "sign in"


def test_the_only_place_gives_its_own_error() -> None:
    with surveyor(three([], listing_error=DENIED), []) as asked:
        asked.ask((AZURE,))
        with pytest.raises(AuthError) as caught:
            asked.answer(partial=True)
    assert caught.value.__cause__ is None


def test_nobody_answered_is_no_survey() -> None:
    error = TransientError("down", provider="aws")
    stand = Stand(aws=Cloud([], "aws", listing_error=error))
    with surveyor(stand, []) as asked:
        asked.ask((AWS, Place("aws", "us-west-2")))
        with pytest.raises(LongshoreError, match="down"):
            asked.answer(partial=True)


def test_a_provider_that_is_not_installed_any_more_is_a_place_without_an_answer(
    pool: ThreadPoolExecutor,
) -> None:
    clouds = Clouds(OWNER, cast(Providers, Stand(aws=Cloud([], "aws"))), pool)
    quick, slow = clouds.in_order((AWS, GCP))
    assert (quick, slow) == ([AWS], [])
    clouds.ask(quick)
    assert list(clouds.answers().unanswered) == [GCP]
    assert clouds.places == (AWS, GCP)
