"""Which sizes are offered, and where."""

from __future__ import annotations

import pytest
from azure.mgmt.compute.models import ResourceSku

from providers.azure.offers import choose
from providers.azure.sizes import GIB, Size, Sizes, read_size
from providers.contract.errors import CapacityError, InvalidRequestError
from providers.contract.types import Offer, Requirement
from tests.unit.azure.canned import REGION, Answer, Canned


def sku(
    name: str = "Standard_B2s",
    cpu: int = 2,
    memory: float = 4,
    *,
    zones: list[str] | None = None,
    arch: str = "x64",
    family: str = "standardBSFamily",
    restrictions: list[dict[str, object]] | None = None,
    **capabilities: str,
) -> dict[str, object]:
    can = {
        "vCPUs": str(cpu),
        "MemoryGB": str(memory),
        "CpuArchitectureType": arch,
        "HyperVGenerations": "V1,V2",
        "LowPriorityCapable": "True",
        **capabilities,
    }
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "family": family,
        "locations": [REGION],
        "locationInfo": [
            {"location": REGION, "zones": ["3", "1", "2"] if zones is None else zones}
        ],
        "capabilities": [{"name": key, "value": value} for key, value in can.items()],
        "restrictions": restrictions or [],
    }


def size(*args: object, **kwargs: object) -> Size:
    return read_size(ResourceSku(sku(*args, **kwargs)), REGION)  # type: ignore[arg-type]


def need(**changes: object) -> Requirement:
    given = {"cpu": 2, "memory": 4 * GIB, "type": None, "arch": "x86_64", "market": "on-demand"}
    return Requirement(**{**given, **changes})  # type: ignore[arg-type]


def names(*sizes: Size, zone: str | None = None, **changes: object) -> list[str]:
    return [offer.type for offer in choose(sizes, REGION, need(**changes), zone)]


def no_zone(zone: str) -> list[dict[str, object]]:
    return [
        {
            "type": "Zone",
            "values": [REGION],
            "restrictionInfo": {"locations": [REGION], "zones": [zone]},
            "reasonCode": "NotAvailableForSubscription",
        }
    ]


NOWHERE = [
    {
        "type": "Location",
        "values": [REGION],
        "restrictionInfo": {"locations": [REGION]},
        "reasonCode": "NotAvailableForSubscription",
    }
]


def test_the_smallest_comes_first_then_the_common_family_then_the_newest() -> None:
    listed = [
        size("Standard_D2s_v3", 2, 8),
        size("Standard_F2s_v2", 2, 4),
        size("Standard_B2s", 2, 4),
        size("Standard_B2ls_v2", 2, 4),
        size("Standard_B1s", 1, 1),
    ]
    assert names(*listed) == [
        "Standard_B2ls_v2",
        "Standard_B2s",
        "Standard_F2s_v2",
        "Standard_D2s_v3",
    ]


def test_an_offer_says_zones_family_and_what_it_has() -> None:
    (offer,) = choose([size()], REGION, need(), None)
    assert offer == Offer(
        provider="azure",
        region=REGION,
        zones=("1", "2", "3"),
        type="Standard_B2s",
        cpu=2,
        memory=4 * GIB,
        arch="x86_64",
        market="on-demand",
        family="standardBSFamily",
    )


def test_what_needs_something_special_is_not_chosen_by_itself() -> None:
    assert not names(
        size(GPUs="1"),
        size(ConfidentialComputingType="SNP"),
        size(HyperVGenerations="V1"),
        size(TrustedLaunchDisabled="True"),
        size(arch="Arm64"),
        size(restrictions=NOWHERE),
        size("Basic_A2", 2, 4),
    )


def test_a_constrained_size_counts_the_cores_that_it_lets_be_used() -> None:
    assert size("Standard_M8-2ms", 8, 218, vCPUsAvailable="2").cpu == 2


def test_spot_is_only_what_can_be_had_as_spot_and_counts_in_one_quota() -> None:
    listed = [size(LowPriorityCapable="False"), size("Standard_D2s_v5", 2, 8)]
    (offer,) = choose(listed, REGION, need(market="spot"), None)
    assert (offer.type, offer.family) == ("Standard_D2s_v5", "lowPriorityCores")


def test_a_zone_closed_to_the_subscription_is_left_out() -> None:
    (offer,) = choose([size(restrictions=no_zone("1"))], REGION, need(), None)
    assert offer.zones == ("2", "3")
    other = size("Standard_B1s", 1, 1)
    assert names(size(restrictions=no_zone("1")), other, zone="1") == []


def test_a_region_without_zones_is_one() -> None:
    (offer,) = choose([size(zones=[])], REGION, need(), None)
    assert offer.zones == ("regional",)


def test_every_size_can_be_had_in_no_zone() -> None:
    (offer,) = choose([size()], REGION, need(), "regional")
    assert offer.zones == ("regional",)


@pytest.mark.parametrize(
    ("changes", "zone", "told"),
    [
        ({"type": "Standard_Nope"}, None, "no size"),
        ({"type": "Standard_B2s", "arch": "arm64"}, None, "is x86_64"),
        ({"type": "Standard_Old"}, None, "no generation 2"),
        ({"type": "Standard_Dear", "market": "spot"}, None, "as spot"),
        ({"type": "Standard_One"}, "2", "not offered in zone 2"),
        ({}, "9", "no zone '9'"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, object], zone: str | None, told: str) -> None:
    listed = [
        size(),
        size("Standard_Old", HyperVGenerations="V1"),
        size("Standard_Dear", LowPriorityCapable="False"),
        size("Standard_One", zones=["1"]),
    ]
    with pytest.raises(InvalidRequestError, match=told):
        names(*listed, zone=zone, **changes)


def test_a_named_size_that_is_not_sold_here_may_be_elsewhere() -> None:
    with pytest.raises(CapacityError) as caught:
        names(size(restrictions=NOWHERE), type="standard_b2s")
    assert (caught.value.scope, caught.value.code) == ("region", "NotAvailableForSubscription")


def test_a_region_that_azure_does_not_know_is_said_so() -> None:
    with pytest.raises(InvalidRequestError, match="no sizes"):
        names()


def test_the_long_list_is_read_once() -> None:
    disk = {"resourceType": "disks", "name": "Premium_LRS", "locations": [REGION]}
    with Canned({"GET skus": [Answer(200, {"value": [sku(), disk]})]}) as canned:
        sizes = Sizes(canned.calls)
        assert sizes.find("STANDARD_b2S") == size()
        assert list(sizes.all()) == ["standard_b2s"]
    assert canned.keys == ["GET skus"]
    assert canned.sent[0].query["$filter"] == f"location eq '{REGION}'"


def test_sizes_without_secure_boot_are_offered_for_arm64_alone() -> None:
    old = size("Standard_A2_v2", TrustedLaunchDisabled="True")
    arm = size("Standard_D2ps_v5", arch="Arm64", TrustedLaunchDisabled="True")
    assert names(old) == []
    assert names(arm, arch="arm64") == ["Standard_D2ps_v5"]
