"""Which machine types are offered, and where."""

from __future__ import annotations

import pytest

from providers.contract.errors import InvalidRequestError
from providers.contract.types import Requirement
from providers.gcp.families import family_of
from providers.gcp.offers import survey
from tests.unit.gcp.canned import Answer, Json, aggregated, serving

GIB = 1024**3
ZONES = {
    "items": [
        {"name": name, "status": status}
        for name, status in (
            ("us-central1-b", "UP"),
            ("us-central1-a", "UP"),
            ("us-central1-f", "DOWN"),
            ("us-central12-a", "UP"),
        )
    ]
}


def machine_type(
    name: str, cpu: int, memory: int, zone: str = "us-central1-a", **more: object
) -> Json:
    return {
        "name": name,
        "zone": zone,
        "guestCpus": cpu,
        "memoryMb": memory,
        "architecture": "X86_64",
        **more,
    }


def answer(*types: Json) -> Json:
    items: Json = {}
    for one in types:
        items.setdefault(f"zones/{one['zone']}", {"machineTypes": []})["machineTypes"].append(one)
    return {"items": items}


MICRO = machine_type("e2-micro", 2, 1024, isSharedCpu=True)
SMALL = machine_type("e2-small", 2, 2048, isSharedCpu=True)
SMALL_B = {**SMALL, "zone": "us-central1-b"}
SMALL_DOWN = {**SMALL, "zone": "us-central1-f"}
HIGHCPU = machine_type("e2-highcpu-2", 2, 2048)
N2 = machine_type("n2-highcpu-2", 2, 2048)
N4 = machine_type("n4-highcpu-2", 2, 2048)
ARM = machine_type("t2a-standard-1", 1, 4096, architecture="ARM64")
C4A = machine_type("c4a-highcpu-1", 1, 2048, architecture="")
SPECIAL = [
    machine_type("g2-standard-4", 4, 16384, accelerators=[{"guestAcceleratorCount": 1}]),
    machine_type("c3-standard-4-lssd", 4, 16384),
    machine_type("c3-standard-192-metal", 192, 786432),
    machine_type("z3-highmem-8", 8, 65536, bundledLocalSsds={"partitionCount": 1}),
    machine_type("n1-standard-96-old", 96, 98304, deprecated={"state": "DEPRECATED"}),
]
ALL = answer(HIGHCPU, N2, SMALL_B, ARM, MICRO, *SPECIAL, SMALL_DOWN, N4, C4A, SMALL)


def served(types: Json = ALL) -> dict[str, list[Answer]]:
    return {"machineTypes.aggregatedList": [types], "zones.list": [ZONES]}


def need(
    cpu: int | None = None,
    memory: int | None = None,
    type: str | None = None,
    arch: str = "x86_64",
    market: str = "on-demand",
) -> Requirement:
    return Requirement(cpu, memory, type, arch, market)  # type: ignore[arg-type]


def test_smallest_first_and_zones_that_are_up_in_order() -> None:
    with serving(served()) as canned:
        found = survey(canned.calls, need(), None)
    assert [offer.type for offer in found] == [
        "e2-micro",
        "e2-small",
        "e2-highcpu-2",
        "n4-highcpu-2",
        "n2-highcpu-2",
    ]
    assert found[1].zones == ("us-central1-a", "us-central1-b")
    assert (found[1].cpu, found[1].memory) == (2, 2 * GIB)
    assert [offer.family for offer in found] == [
        "CPUS",
        "CPUS",
        "CPUS",
        "CPUS_PER_VM_FAMILY:N4",
        "N2_CPUS",
    ]
    queries = {one.operation: one.query for one in canned.sent}
    assert queries["machineTypes.aggregatedList"]["filter"] == "zone : us-central1-*"
    assert queries["zones.list"]["filter"] == "name eq us-central1-.*"


def test_what_is_asked_for_is_held_to() -> None:
    with serving(served()) as canned:
        assert survey(canned.calls, need(2, 2 * GIB), None)[0].type == "e2-small"
        assert survey(canned.calls, need(512), None) == ()


def test_arm_is_known_by_itself_or_by_its_family() -> None:
    with serving(served()) as canned:
        found = survey(canned.calls, need(arch="arm64", market="spot"), None)
    assert [offer.type for offer in found] == ["c4a-highcpu-1", "t2a-standard-1"]
    assert {(offer.arch, offer.market) for offer in found} == {("arm64", "spot")}


def test_a_zone_that_is_named_is_the_only_one() -> None:
    with serving(served()) as canned:
        found = survey(canned.calls, need(), "us-central1-b")
        assert [(offer.type, offer.zones) for offer in found] == [("e2-small", ("us-central1-b",))]
        with pytest.raises(InvalidRequestError) as caught:
            survey(canned.calls, need(), "us-central1-f")
    assert "us-central1-a, us-central1-b" in caught.value.advice


def test_a_named_type_is_taken_even_if_it_is_special() -> None:
    with serving(served(answer(SPECIAL[0]))) as canned:
        found = survey(canned.calls, need(type="g2-standard-4"), None)
    assert [offer.type for offer in found] == ["g2-standard-4"]
    asked = [one for one in canned.sent if one.operation == "machineTypes.aggregatedList"]
    assert asked[0].query["filter"] == 'name = "g2-standard-4" AND zone : us-central1-*'


@pytest.mark.parametrize(
    ("types", "requirement", "zone", "says"),
    [
        (answer(), need(type="e2-huge"), None, "not offered in us-central1"),
        (answer(SMALL), need(type="e2-small"), "us-central1-b", "not offered in us-central1-b"),
        (answer(ARM), need(type="t2a-standard-1"), None, "arm64, not x86_64"),
        (answer(SMALL), need(type="e2-small", arch="arm64"), None, "x86_64, not arm64"),
    ],
)
def test_a_named_type_that_cannot_be(
    types: Json, requirement: Requirement, zone: str | None, says: str
) -> None:
    with serving(served(types)) as canned, pytest.raises(InvalidRequestError) as caught:
        survey(canned.calls, requirement, zone)
    assert says in caught.value.message


def test_the_last_page_is_read_too() -> None:
    pages: list[Answer] = [
        {**aggregated("machineTypes", MICRO), "nextPageToken": "2"},
        aggregated("machineTypes", SMALL),
    ]
    with serving({"machineTypes.aggregatedList": pages, "zones.list": [ZONES]}) as canned:
        assert len(survey(canned.calls, need(), None)) == 2


@pytest.mark.parametrize(
    ("name", "disk", "quota", "arch"),
    [
        ("e2-small", "pd-balanced", "CPUS", "x86_64"),
        ("f1-micro", "pd-balanced", "CPUS", "x86_64"),
        ("n2d-standard-2", "pd-balanced", "N2D_CPUS", "x86_64"),
        ("t2a-standard-1", "pd-balanced", "T2A_CPUS", "arm64"),
        ("c3d-standard-4", "pd-balanced", "CPUS_PER_VM_FAMILY:C3D", "x86_64"),
        ("c4a-standard-1", "hyperdisk-balanced", "CPUS_PER_VM_FAMILY:C4A", "arm64"),
        ("n4-custom-4-8192", "hyperdisk-balanced", "CPUS_PER_VM_FAMILY:N4", "x86_64"),
        ("strange", "pd-balanced", "CPUS_PER_VM_FAMILY:STRANGE", "x86_64"),
    ],
)
def test_families(name: str, disk: str, quota: str, arch: str) -> None:
    family = family_of(name)
    assert (family.disk_type, family.quota, family.arch) == (disk, quota, arch)
