"""No room here: the next zone, another family, the next place, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.hostkeys import generate_host_key
from orchestrator.operations.clean_up import LeftBehindError
from orchestrator.operations.context import Context
from orchestrator.operations.create_machine import CreateMachine
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.operations.vacate import VacatePlaces
from orchestrator.reporting.events import Fallback, OperationFinished
from orchestrator.reporting.sink import Recorder
from orchestrator.spec.model import Size, Target
from orchestrator.state.database import DATABASE, Database
from orchestrator.state.store import Store
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    DeadlineError,
    InvalidRequestError,
    QuotaError,
    TokenSpentError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.types import Owner, Place, PortRule
from tests.unit.operations.fake_cloud import FakeClouds, FakePlace

FIRST, SECOND = Place("aws", "us-east-1"), Place("gcp", "europe-west1")
TARGET = Target(
    name="us",
    provider=FIRST.provider,
    region=FIRST.region,
    size=Size(cpu=2),
    elsewhere=(SECOND,),
)
RULES = (PortRule(22, "tcp", "198.51.100.7/32", "ssh"),)
OWNER = Owner("shop", "production")
PUBLIC_KEY = generate_host_key("ann").public


def full(scope: str = "zone") -> CapacityError:
    error = CapacityError("no room", provider="aws", code="InsufficientInstanceCapacity")
    return error.widen(scope)  # type: ignore[arg-type]


def used_up() -> QuotaError:
    return QuotaError("used up", provider="aws", code="VcpuLimitExceeded", advice="ask for more")


@dataclass
class Bench:
    """Two places and a context that leads to them."""

    first: FakePlace
    second: FakePlace
    context: Context
    recorder: Recorder

    def create(self, name: str = "us-1", target: Target = TARGET) -> CreateMachine:
        ways = tuple(
            PrepareTarget(
                target=target,
                place=place,
                rules=RULES,
                public_key=PUBLIC_KEY,
                action="create",
                for_machines=True,
            )
            for place in target.places
        )
        return CreateMachine(
            name=name, target=target, public_key=PUBLIC_KEY, size="2 vCPU", ways=ways
        )

    def fallbacks(self) -> list[tuple[str, str]]:
        return [(e.what, e.instead) for e in self.recorder.events if isinstance(e, Fallback)]

    def prepared(self) -> list[str]:
        return [
            e.id
            for e in self.recorder.events
            if isinstance(e, OperationFinished) and e.kind == "firewall"
        ]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    first, second = FakePlace(FIRST), FakePlace(SECOND)
    recorder = Recorder()
    with Store(tmp_path, "production") as store:
        store.journal.begin("up")
        context = Context(
            project=cast("object", None),  # type: ignore[arg-type]
            owner=OWNER,
            store=store,
            sink=recorder,
            cancel=Cancellation(),
            providers=cast("object", FakeClouds({FIRST: first, SECOND: second})),  # type: ignore[arg-type]
            fleet=cast("object", SimpleNamespace(assign=lambda *_: None)),  # type: ignore[arg-type]
            local=cast("object", None),  # type: ignore[arg-type]
            release="r1",
        )
        yield Bench(first, second, context, recorder)


def test_the_next_zone_is_tried_and_nothing_is_left_in_the_first(bench: Bench) -> None:
    bench.first.refusals = {"a": [full()]}
    bench.first.leaves_wrecks = True
    bench.create().apply(bench.context)
    assert bench.first.tried == ["small in a", "small in b"]
    assert [m.zone for m in bench.first.machines.values()] == ["b"]
    assert bench.fallbacks() == [("small in a", "small in b")]
    assert bench.second.networks == []
    assert bench.context.store.requests.all()["us-1"].provider == "aws"


def test_the_next_place_is_prepared_when_a_machine_has_to_go_there(bench: Bench) -> None:
    bench.first.refusals = {"a": [full()], "b": [full()]}
    bench.first.leaves_wrecks = True
    bench.create().apply(bench.context)
    assert bench.first.machines == {}
    assert [m.place for m in bench.second.machines.values()] == [SECOND]
    (request,) = bench.second.networks
    assert request.rules == RULES
    assert bench.fallbacks()[-1] == ("small in b", "gcp europe-west1")
    assert bench.prepared()[-1] == "firewall:gcp europe-west1:us"
    record = bench.context.store.machines.all()["us-1"]
    assert Place(record.provider, record.region) == SECOND
    assert bench.context.store.requests.all()["us-1"].provider == "gcp"


def test_a_region_without_room_is_left_at_once(bench: Bench) -> None:
    bench.first.refusals = {"*": [full("region")]}
    bench.create().apply(bench.context)
    assert bench.first.tried == ["small in a"]
    assert len(bench.second.machines) == 1


def test_many_machines_prepare_the_next_place_once(bench: Bench) -> None:
    bench.first.refusals = {"*": [full("region") for _ in range(8)]}
    operations = [bench.create(f"us-{number}") for number in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda operation: operation.apply(bench.context), operations))
    assert len(bench.second.machines) == 8
    assert len(bench.first.networks) == len(bench.second.networks) == 1


def test_a_quota_skips_its_family_in_the_region(bench: Bench) -> None:
    bench.first.types = (("s.2", 2, "s"), ("s.2b", 2, "s"), ("m.2", 2, "m"), ("m.4", 4, "n"))
    bench.first.refusals = {"s.2 in a": [used_up()]}
    bench.create().apply(bench.context)
    assert bench.first.tried == ["s.2 in a", "m.2 in a"]
    assert bench.fallbacks() == [("s.2 in a", "m.2 in a")]


def test_without_another_family_of_that_size_a_quota_leads_to_the_next_place(bench: Bench) -> None:
    bench.first.types = (("s.2", 2, "s"), ("m.4", 4, "m"))
    bench.first.refusals = {"*": [used_up()]}
    bench.create().apply(bench.context)
    assert bench.first.tried == ["s.2 in a"]
    assert len(bench.second.machines) == 1


def test_a_quota_that_every_machine_takes_from_leads_to_the_next_place(bench: Bench) -> None:
    bench.first.types = (("s.2", 2, "s"), ("m.2", 2, "m"))
    refusal = used_up()
    refusal.whole_region = True
    bench.first.refusals = {"*": [refusal]}
    bench.create().apply(bench.context)
    assert bench.first.tried == ["s.2 in a"]
    assert len(bench.second.machines) == 1


def test_where_nobody_says_what_counts_together_a_quota_leads_to_the_next_place(
    bench: Bench,
) -> None:
    bench.first.types = (("s.2", 2, ""), ("m.2", 2, ""))
    bench.first.refusals = {"*": [used_up()]}
    bench.create().apply(bench.context)
    assert bench.first.tried == ["s.2 in a"]
    assert len(bench.second.machines) == 1


def test_a_quota_on_what_has_to_stand_leads_to_the_next_place(bench: Bench) -> None:
    bench.first.network_error = used_up()
    create = bench.create()
    assert create.ways[0].apply(bench.context) is False
    create.apply(bench.context)
    assert len(bench.second.machines) == 1


def test_no_room_for_what_has_to_stand_leads_to_the_next_place(bench: Bench) -> None:
    bench.first.network_error = full("region")
    create = bench.create()
    assert create.ways[0].apply(bench.context) is False
    create.apply(bench.context)
    assert len(bench.second.machines) == 1


def test_no_room_for_what_has_to_stand_in_the_last_place_is_the_error(bench: Bench) -> None:
    bench.first.refusals = {"*": [full("region")]}
    bench.second.network_error = full("region")
    with pytest.raises(LongshoreError) as caught:
        bench.create().apply(bench.context)
    assert caught.value.exit_code == ExitCode.CAPACITY


def test_in_the_only_place_the_quota_itself_is_the_error(bench: Bench) -> None:
    bench.first.refusals = {"*": [used_up()]}
    with pytest.raises(QuotaError) as caught:
        bench.create(target=replace(TARGET, elsewhere=())).apply(bench.context)
    assert caught.value.advice == "ask for more"
    assert bench.context.store.requests.all() == {}


def test_when_there_is_no_room_anywhere_the_error_says_so_of_each_place(bench: Bench) -> None:
    bench.first.refusals = {"*": [full("region")]}
    bench.second.refusals = {"*": [used_up()]}
    with pytest.raises(LongshoreError) as caught:
        bench.create().apply(bench.context)
    assert caught.value.exit_code == ExitCode.CAPACITY
    assert caught.value.message == (
        "no place of us has room for 2 vCPU (x86_64): "
        "aws us-east-1: no room; gcp europe-west1: used up"
    )
    assert caught.value.advice == "gcp europe-west1: ask for more"
    assert bench.context.store.requests.all() == {}


@pytest.mark.parametrize(
    "error",
    [
        AuthError("not allowed", provider="aws", code="UnauthorizedOperation", advice="ask"),
        InvalidRequestError("bad", provider="aws", code="InvalidParameterValue"),
        UnknownCloudError("what is this", provider="aws", code="Surprise"),
    ],
)
def test_what_going_elsewhere_cannot_mend_stops_at_once(bench: Bench, error: CloudError) -> None:
    bench.first.refusals = {"*": [error]}
    with pytest.raises(type(error)) as caught:
        bench.create().apply(bench.context)
    assert caught.value is error
    assert bench.first.tried == ["small in a"]
    assert bench.second.networks == []


@pytest.mark.parametrize("kind", [InvalidRequestError, UnknownCloudError])
def test_a_request_that_can_only_be_refused_again_is_forgotten(
    bench: Bench, kind: type[CloudError]
) -> None:
    bench.first.refusals = {"*": [kind("no", provider="aws")]}
    with pytest.raises(kind):
        bench.create().apply(bench.context)
    assert bench.context.store.requests.all() == {}


@pytest.mark.parametrize("kind", [InvalidRequestError, UnknownCloudError])
def test_a_wreck_of_a_refused_request_is_removed(bench: Bench, kind: type[CloudError]) -> None:
    bench.first.refusals = {"*": [kind("no", provider="aws")]}
    bench.first.leaves_wrecks = True
    with pytest.raises(kind):
        bench.create().apply(bench.context)
    assert bench.first.machines == {}


def test_when_clean_up_fails_the_run_stops_and_says_what_is_left(bench: Bench) -> None:
    bench.first.refusals = {"*": [full()]}
    bench.first.leaves_wrecks = True
    bench.first.destroy_error = TransientError("down", provider="aws", operation="Terminate")
    with pytest.raises(LeftBehindError) as caught:
        bench.create().apply(bench.context)
    assert "which is machine vm-us-1-" in caught.value.message
    assert "no room" in caught.value.message
    assert "longshore-token=us-1-" in caught.value.advice
    assert bench.first.tried == ["small in a"]
    assert bench.second.networks == []
    assert "us-1" in bench.context.store.requests.all()


@pytest.mark.parametrize("kind", [DeadlineError, TransientError, AuthError])
def test_a_request_whose_end_nobody_saw_is_kept_and_gone_on_with(
    bench: Bench, kind: type[CloudError]
) -> None:
    bench.first.refusals = {"*": [full("region")]}
    bench.second.refusals = {"*": [kind("no end", provider="gcp")]}
    with pytest.raises(kind):
        bench.create().apply(bench.context)
    pending = bench.context.store.requests.all()["us-1"]
    assert pending.is_for(SECOND)

    bench.create().apply(bench.context)

    assert bench.second.tokens == [pending.request.token, pending.request.token]
    assert len(bench.second.machines) == 1
    assert bench.first.machines == {}


def test_a_request_for_a_place_that_is_no_longer_named_is_dropped(bench: Bench) -> None:
    bench.first.refusals = {"*": [full("region")]}
    bench.second.refusals = {"*": [TransientError("no end", provider="gcp")]}
    with pytest.raises(TransientError):
        bench.create().apply(bench.context)
    bench.create(target=replace(TARGET, elsewhere=())).apply(bench.context)
    assert len(bench.first.machines) == 1
    assert bench.fallbacks()[-1][1] == "a new request"


def test_a_spent_token_is_replaced_in_the_same_zone_once(bench: Bench) -> None:
    spent = [TokenSpentError("spent", provider="aws") for _ in range(2)]
    bench.first.refusals = {"a": [*spent]}
    bench.create().apply(bench.context)
    assert bench.first.tried == ["small in a", "small in a", "small in b"]
    assert len(set(bench.first.tokens)) == 3


def test_what_a_spent_token_left_is_removed(bench: Bench) -> None:
    spent = TokenSpentError("spent", provider="aws")
    bench.first.refusals = {"a": [spent]}
    bench.first.leaves_wrecks = True
    bench.create().apply(bench.context)
    assert [machine.state for machine in bench.first.machines.values()] == ["running"]


def test_a_request_that_is_sent_again_counts_as_young_again(bench: Bench, tmp_path: Path) -> None:
    """What comes of it now may not be listed yet, however old the request is."""
    bench.first.refusals = {"*": [TransientError("no end", provider="aws") for _ in range(2)]}
    requests = bench.context.store.requests
    with pytest.raises(TransientError):
        bench.create().apply(bench.context)
    token = requests.all()["us-1"].request.token
    with closing(Database(tmp_path / DATABASE)) as file, file.transaction() as connection:
        connection.execute("UPDATE requests SET created = '2020-01-01T00:00:00+00:00'")
    assert requests.younger_than(60) == ()
    with pytest.raises(TransientError):
        bench.create().apply(bench.context)
    assert requests.younger_than(60) == ("us-1",)
    assert requests.all()["us-1"].request.token == token


def test_a_place_without_zones_takes_the_one_subnet_it_has(bench: Bench) -> None:
    bench.first.zones = ("",)
    bench.create().apply(bench.context)
    pending = bench.context.store.requests.all()["us-1"].request
    assert (pending.zone, pending.subnet) == ("", "subnet-")


def test_places_that_were_tried_for_nothing_are_vacated(bench: Bench) -> None:
    bench.first.refusals = {"*": [full("region")]}
    bench.create().apply(bench.context)
    assert {r.kind for r in bench.first.resources} == {"firewall", "key"}
    assert VacatePlaces(targets=(TARGET,)).apply(bench.context)
    assert bench.first.resources == []
    assert {r.kind for r in bench.second.resources} == {"firewall", "key"}
    assert not VacatePlaces(targets=(TARGET,)).apply(bench.context)


def test_a_firewall_that_is_in_no_region_stays_with_the_machines_elsewhere(bench: Bench) -> None:
    second = FakePlace(Place("aws", "us-west-2"))
    clouds = cast(FakeClouds, bench.context.providers)
    clouds.places[second.place] = second
    target = replace(TARGET, elsewhere=(second.place,))
    bench.first.refusals = {"*": [full("region")]}
    bench.create(target=target).apply(bench.context)
    (firewall,) = [r for r in second.resources if r.kind == "firewall"]
    assert firewall.identity in {r.identity for r in bench.first.resources}
    VacatePlaces(targets=(target,)).apply(bench.context)
    assert firewall in second.resources
    assert "firewall" in {r.kind for r in bench.first.resources}


def test_what_another_target_needs_is_not_vacated(bench: Bench) -> None:
    bench.create("eu-1", replace(TARGET, name="eu", elsewhere=())).apply(bench.context)
    bench.first.refusals = {"*": [full("region")]}
    bench.create().apply(bench.context)
    VacatePlaces(targets=(TARGET,)).apply(bench.context)
    assert {(r.kind, r.target) for r in bench.first.resources} == {
        ("firewall", "eu"),
        ("key", None),
    }
