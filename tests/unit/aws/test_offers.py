"""Which types are offered, in what order."""

from __future__ import annotations

import pytest

from providers.aws.offers import InstanceType, choose
from providers.contract.errors import InvalidRequestError
from providers.contract.types import Offer, Requirement

GIB = 1024**3
A, B = "us-east-1a", "us-east-1b"


def type_(
    name: str, cpu: int, gib: float, *, special: bool = False, arch: str = "x86_64"
) -> InstanceType:
    return InstanceType(name, cpu, int(gib * GIB), special, (arch,))


TYPES = [
    type_("m5.large", 2, 8),
    type_("c7i.large", 2, 4),
    type_("t3.large", 2, 8),
    type_("t3a.medium", 2, 4),
    type_("t3.medium", 2, 4),
    type_("m7i.large", 2, 8),
    type_("x2idn.large", 2, 8),
    type_("g4dn.small", 2, 8, special=True),
    type_("t3.micro", 2, 1),
    type_("m7i.xlarge", 4, 16),
]
ZONES = {kind.name: (A, B) for kind in TYPES}


def offered(
    cpu: int | None = None,
    gib: int | None = None,
    type: str | None = None,
    zone: str | None = None,
) -> list[Offer]:
    memory = None if gib is None else gib * GIB
    requirement = Requirement(cpu, memory, type, "x86_64", "on-demand")
    types = [kind for kind in TYPES if type in (None, kind.name)]
    return list(choose(types, ZONES, "us-east-1", requirement, zone))


def test_smallest_first_and_burstable_among_equals() -> None:
    assert [offer.type for offer in offered(2, 4)] == [
        "t3.medium",
        "t3a.medium",
        "c7i.large",
        "t3.large",
        "m7i.large",
        "m5.large",
        "x2idn.large",
        "m7i.xlarge",
    ]


def test_accelerators_are_offered_by_name_only() -> None:
    assert "g4dn.small" not in {offer.type for offer in offered()}
    assert [offer.type for offer in offered(type="g4dn.small")] == ["g4dn.small"]


def test_a_type_that_is_not_in_the_zone_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ZONES, "t3.medium", (A,))
    first = offered(2, 4, zone=B)[0]
    assert (first.type, first.zones) == ("t3a.medium", (B,))


def test_a_named_type_that_is_not_in_the_zone_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ZONES, "t3.medium", (A,))
    with pytest.raises(InvalidRequestError, match=f"t3.medium is not offered in {B}") as caught:
        offered(type="t3.medium", zone=B)
    assert A in caught.value.advice


def test_a_type_that_no_zone_offers_is_no_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ZONES, "t3.medium", ())
    assert "t3.medium" not in {offer.type for offer in offered()}
    with pytest.raises(InvalidRequestError, match="not offered in this region"):
        offered(type="t3.medium")


def test_memory_and_processors_are_passed_on() -> None:
    offer = offered(type="t3.medium")[0]
    assert (offer.cpu, offer.memory, offer.zones) == (2, 4 * GIB, (A, B))
