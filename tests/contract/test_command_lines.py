"""What the adapters made is what the clouds' own command lines see, and the other way round."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from providers.contract.errors import ForeignResourceError
from providers.contract.retry import Retry
from providers.contract.types import Owner, Resource, ResourceKind
from tests.az import needs_az
from tests.contract.stage import Stage
from tests.contract.witnesses import Aws, Azure, Google, Witness, called
from tests.gcloud import needs_gcloud

WITNESSES = [
    pytest.param(Aws, id="aws"),
    pytest.param(Google, id="gcloud", marks=needs_gcloud),
    pytest.param(Azure, id="az", marks=needs_az),
]


@pytest.fixture(scope="module", params=WITNESSES)
def witness(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Witness]:
    with called(request.param, tmp_path_factory.mktemp("witness")) as made:
        yield made


@pytest.fixture
def stage(witness: Witness) -> Iterator[Stage]:
    retries: list[Retry] = []
    emulator = witness.emulator
    owner = Owner(f"t{uuid.uuid4().hex[:8]}", "test")
    stage = Stage(emulator, emulator.provider(retries.append), owner, retries)
    yield stage
    stage.clear()


def _listed(stage: Stage) -> dict[ResourceKind, set[str]]:
    """What the adapter lists, by kind; Azure writes its ids in any case."""
    found: dict[ResourceKind, set[str]] = {}
    for resource in stage.listing().resources:
        found.setdefault(resource.kind, set()).add(_plain(resource.id))
    return found


def _plain(id: str) -> str:
    return id.lower() if id.startswith("/subscriptions/") else id


def test_it_sees_exactly_what_the_adapter_made(witness: Witness, stage: Stage) -> None:
    stage.machine()
    seen = {kind: ids for kind, ids in witness.ids(stage.owner).items() if ids}
    assert seen == _listed(stage)
    assert tuple(sorted(seen)) == stage.facts.stands


def test_it_sees_the_machine_as_it_was_asked_for(witness: Witness, stage: Stage) -> None:
    request = stage.request()
    machine = stage.machine(request)
    seen = witness.machine(stage.owner)
    assert seen.id == _plain(machine.id)
    assert seen.type == request.type
    assert seen.zone in (machine.zone, machine.zone.rpartition("-")[2])
    assert seen.address == machine.address
    assert machine.tags.items() <= seen.tags.items()


def test_it_sees_nothing_once_everything_is_gone(witness: Witness, stage: Stage) -> None:
    stage.machine()
    stage.clear()
    assert {kind: ids for kind, ids in witness.ids(stage.owner).items() if ids} == {}


def test_what_it_makes_is_foreign_until_it_is_tagged_and_goes_when_asked(
    witness: Witness, stage: Stage
) -> None:
    made = witness.make(f"w{uuid.uuid4().hex[:8]}")
    seen = stage.provider.foreign(stage.owner)
    foreign = {(each.kind, _plain(each.id)): each for each in seen}
    for kind, id in made.items():
        resource = foreign[kind, _plain(id)]
        assert _plain(id) not in _listed(stage).get(kind, set())
        with pytest.raises(ForeignResourceError):
            stage.destroy(resource)
    for kind in witness.adoptable:
        _adopt_and_destroy(witness, stage, foreign[kind, _plain(made[kind])])


def _adopt_and_destroy(witness: Witness, stage: Stage, resource: Resource) -> None:
    witness.tag(resource.kind, resource.id, {"longshore-project": stage.owner.project})
    assert _plain(resource.id) not in _listed(stage).get(resource.kind, set()), "one tag of two"
    witness.tag(resource.kind, resource.id, stage.owner.tags)
    (ours,) = [each for each in stage.some(resource.kind) if _plain(each.id) == _plain(resource.id)]
    seen = stage.provider.foreign(stage.owner)
    assert (ours.kind, _plain(ours.id)) not in {(each.kind, _plain(each.id)) for each in seen}
    stage.destroy(ours)
    assert _plain(resource.id) not in witness.ids(stage.owner).get(resource.kind, set())
