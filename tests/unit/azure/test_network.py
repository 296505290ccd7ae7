"""Group, virtual network and security group: made side by side, and left alone when right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.azure.network import ensure_network
from providers.azure.security_rules import ingress, security_rules
from providers.contract.errors import ForeignResourceError, InvalidRequestError, QuotaError
from providers.contract.types import PortRule
from tests.unit.azure.canned import (
    GROUP,
    REGION,
    SUBSCRIPTION,
    Answer,
    Canned,
    accepted,
    arm_error,
    ended_in,
    going,
    id_of,
    succeeded,
)
from tests.unit.azure.requests import KEY, OWNER, SSH, WEB, network_request

NSG, VNET, RG = "networkSecurityGroups/", "virtualNetworks/", "resourcegroups/"
NAME = "longshore-shop-production-westeurope"


def group(state: str = "Succeeded") -> Answer:
    return Answer(
        200,
        {
            "id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}",
            "name": GROUP,
            "location": REGION,
            "tags": OWNER.tags,
            "properties": {"provisioningState": state},
        },
    )


def vnet(**changes: object) -> Answer:
    id = id_of("virtualNetworks", NAME)
    body = {
        "id": id,
        "name": NAME,
        "location": REGION,
        "tags": OWNER.tags,
        "properties": {
            "provisioningState": "Succeeded",
            "subnets": [{"id": f"{id}/subnets/machines", "name": "machines"}],
        },
    }
    return Answer(200, {**body, **changes})


def nsg(*rules: PortRule, **changes: object) -> Answer:
    body = {
        "id": id_of("networkSecurityGroups", f"{NAME}-us"),
        "name": f"{NAME}-us",
        "location": REGION,
        "tags": {**OWNER.tags, "longshore-target": "us", "cost-centre": "7"},
        "properties": {
            "provisioningState": "Succeeded",
            "securityRules": security_rules(rules or (SSH, WEB)),
        },
    }
    return Answer(200, {**body, **changes})


STANDING = {f"GET {RG}": [group()], f"GET {VNET}": [vnet()], f"GET {NSG}": [nsg()]}
MADE = {
    f"PUT {RG}": [group()],
    f"PUT {VNET}": [accepted()],
    f"PUT {NSG}": [accepted()],
    "GET operations/": [going(), succeeded()],
}


def test_when_all_stands_three_reads_are_all() -> None:
    with Canned(STANDING) as canned:
        made = ensure_network(canned.calls, network_request())
    assert sorted(canned.keys) == [f"GET {NSG}", f"GET {RG}", f"GET {VNET}"]
    assert made.key == KEY
    assert made.firewall == id_of("networkSecurityGroups", f"{NAME}-us")
    subnet = f"{id_of('virtualNetworks', NAME)}/subnets/machines"
    assert made.subnets == {"1": subnet, "2": subnet, "3": subnet, "regional": subnet}


def test_from_nothing_the_group_is_made_first_with_the_owners_tags() -> None:
    with Canned(MADE) as canned:
        ensure_network(canned.calls, network_request())
    puts = [key for key in canned.keys if key.startswith("PUT")]
    assert puts[0] == f"PUT {RG}"
    assert sorted(puts[1:]) == [f"PUT {NSG}", f"PUT {VNET}"]
    assert canned.bodies(f"PUT {RG}") == [{"location": REGION, "tags": OWNER.tags}]
    (network,) = canned.bodies(f"PUT {VNET}")
    assert network["tags"] == OWNER.tags  # type: ignore[index]
    (firewall,) = canned.bodies(f"PUT {NSG}")
    assert firewall["tags"] == {**OWNER.tags, "longshore-target": "us"}  # type: ignore[index]


def test_rules_that_differ_are_written_at_once_and_others_tags_stay() -> None:
    with Canned({**STANDING, **MADE, f"GET {NSG}": [nsg(WEB)]}) as canned:
        ensure_network(canned.calls, network_request())
    assert [key for key in canned.keys if key.startswith("PUT")] == [f"PUT {NSG}"]
    (body,) = canned.bodies(f"PUT {NSG}")
    assert body["tags"]["cost-centre"] == "7"  # type: ignore[index]
    rules = body["properties"]["securityRules"]  # type: ignore[index]
    assert [rule["name"] for rule in rules] == [
        "tcp-22-203.0.113.5_32",
        "tcp-80-0.0.0.0_0",
        "nothing-else",
    ]
    assert [rule["properties"]["priority"] for rule in rules] == [100, 101, 4096]


def test_one_of_our_name_that_is_not_ours_is_refused() -> None:
    for key, foreign in ((f"GET {RG}", group()), (f"GET {VNET}", vnet()), (f"GET {NSG}", nsg())):
        body = {**foreign.body, "tags": {"team": "b"}}  # type: ignore[dict-item]
        with (
            Canned({**STANDING, **MADE, key: [Answer(200, body)]}) as canned,
            pytest.raises(ForeignResourceError),
        ):
            ensure_network(canned.calls, network_request())


def test_a_group_on_its_way_out_is_waited_for_and_all_is_made_anew() -> None:
    busy = arm_error("ResourceGroupBeingDeleted", "wait", 409)
    with Canned(
        {**STANDING, **MADE, f"GET {RG}": [group("Deleting")], f"PUT {RG}": [busy, busy, group()]}
    ) as canned:
        ensure_network(canned.calls, network_request())
    assert canned.keys.count(f"PUT {RG}") == 3
    assert {f"PUT {VNET}", f"PUT {NSG}"} <= set(canned.keys)
    assert [retry.operation for retry in canned.retries] == ["resourceGroups.createOrUpdate"] * 2


def test_a_network_that_could_not_be_made_says_why() -> None:
    with (
        Canned({**MADE, "GET operations/": [ended_in("QuotaExceeded", "50 networks")]}) as canned,
        pytest.raises(QuotaError, match="50 networks"),
    ):
        ensure_network(canned.calls, network_request())


def test_a_write_that_another_one_came_between_is_sent_again() -> None:
    ended = ended_in("CanceledAndSupersededDueToAnotherOperation")
    with Canned(
        {**STANDING, **MADE, f"GET {NSG}": [nsg(WEB)], "GET operations/": [ended, succeeded()]}
    ) as canned:
        ensure_network(canned.calls, network_request())
    assert canned.keys.count(f"PUT {NSG}") == 2


def test_what_is_no_key_is_said_before_anything_is_asked() -> None:
    request = replace(network_request(), public_key="not a key")
    with Canned({}) as canned, pytest.raises(InvalidRequestError, match="SSH key"):
        ensure_network(canned.calls, request)
    assert canned.keys == []


@pytest.mark.parametrize(
    ("changes", "answers"),
    [
        ({"rules": (PortRule(22, "tcp", "everywhere"),)}, {}),
        ({"subnet": "nowhere/machines"}, {"GET virtualNetworks": [Answer(200, {"value": []})]}),
        ({}, {f"GET {VNET}": [vnet(tags={"team": "b"})]}),
        ({}, {f"GET {NSG}": [nsg(tags={"team": "b"})]}),
    ],
    ids=["source", "subnet", "network", "firewall"],
)
def test_what_is_wrong_is_said_before_the_group_is_made(
    changes: dict[str, object], answers: dict[str, list[Answer]]
) -> None:
    request = replace(network_request(), **changes)  # type: ignore[arg-type]
    with (
        Canned({**MADE, **answers}) as canned,
        pytest.raises((InvalidRequestError, ForeignResourceError)),
    ):
        ensure_network(canned.calls, request)
    assert not [key for key in canned.keys if key.startswith("PUT")]


class TestNamedGroup:
    """With `group` in the settings: never made, looked at or tagged."""

    def test_everything_goes_into_it_and_it_is_left_alone(self) -> None:
        with Canned(MADE, group="team") as canned:
            made = ensure_network(canned.calls, network_request())
        assert not [key for key in canned.keys if RG in key]
        assert "/resourceGroups/team/" in made.firewall
        assert {one.path.split("/")[4] for one in canned.sent if one.key.startswith("PUT")} == {
            "team"
        }

    def test_a_group_that_is_not_there_is_said_so(self) -> None:
        gone = arm_error("ResourceGroupNotFound", "Resource group 'team' could not be found.", 404)
        with (
            Canned({f"PUT {VNET}": [gone], f"PUT {NSG}": [gone]}, group="team") as canned,
            pytest.raises(InvalidRequestError, match="team"),
        ):
            ensure_network(canned.calls, network_request())


class TestNamedSubnet:
    """With `subnet` in the target."""

    def test_by_its_id(self) -> None:
        id = f"{id_of('virtualNetworks', NAME, 'theirs')}/subnets/machines"
        there = vnet(id=id_of("virtualNetworks", NAME, "theirs"))
        body = there.body["properties"]["subnets"][0]["id"] = id  # type: ignore[index]
        with Canned({**STANDING, f"GET {VNET}": [there]}) as canned:
            made = ensure_network(canned.calls, network_request(subnet=id))
        assert made.subnets["2"] == body
        assert not [key for key in canned.keys if key.startswith("PUT")]

    def test_by_the_names_of_network_and_subnet(self) -> None:
        listed = Answer(200, {"value": [vnet(name="net").body]})
        with Canned({**STANDING, "GET virtualNetworks": [listed]}) as canned:
            made = ensure_network(canned.calls, network_request(subnet="net/machines"))
        assert made.subnets["1"].endswith("/subnets/machines")

    @pytest.mark.parametrize(
        ("subnet", "told"),
        [
            ("machines", "names no subnet"),
            ("net/other", "has no subnet 'other'"),
            ("nowhere/machines", "no virtual network"),
            ("/subscriptions/s/resourceGroups/g", "not the id of a subnet"),
        ],
    )
    def test_what_is_wrong_with_it_is_said(self, subnet: str, told: str) -> None:
        listed = Answer(200, {"value": [vnet(name="net").body]})
        with (
            Canned({**STANDING, "GET virtualNetworks": [listed]}) as canned,
            pytest.raises(InvalidRequestError, match=told),
        ):
            ensure_network(canned.calls, network_request(subnet=subnet))

    def test_in_another_region_it_is_refused(self) -> None:
        listed = Answer(200, {"value": [vnet(name="net", location="eastus").body]})
        with (
            Canned({**STANDING, "GET virtualNetworks": [listed]}) as canned,
            pytest.raises(InvalidRequestError, match="is in eastus"),
        ):
            ensure_network(canned.calls, network_request(subnet="net/machines"))


class TestRules:
    """Rules to Azure and back."""

    @staticmethod
    def _back(*rules: PortRule) -> tuple[PortRule, ...]:
        from azure.mgmt.network.models import NetworkSecurityGroup

        body = {"properties": {"securityRules": security_rules(rules)}}
        return ingress(NetworkSecurityGroup(body).properties.security_rules).rules

    def test_what_is_written_is_read_back(self) -> None:
        six = PortRule(443, "udp", "2001:db8::/32", "quic")
        assert set(self._back(SSH, WEB, six)) == {SSH, WEB, six}

    def test_a_host_in_a_network_becomes_the_network(self) -> None:
        (found,) = self._back(PortRule(80, "tcp", "10.1.2.3/24"))
        assert found.source == "10.1.2.0/24"

    def test_a_source_that_is_no_network_is_refused(self) -> None:
        with pytest.raises(InvalidRequestError, match="not a network"):
            security_rules([PortRule(80, "tcp", "home")])

    def test_two_descriptions_of_one_rule_are_one_rule(self) -> None:
        other = replace(SSH, description="another deployer, at the same address")
        host_bits = replace(other, source="203.0.113.5")
        assert self._back(SSH, other, host_bits) == (replace(other, source=SSH.source),)

    def test_the_neighbours_are_shut_out(self) -> None:
        closing = security_rules([])[-1]["properties"]
        assert (closing["access"], closing["sourceAddressPrefix"]) == ("Deny", "VirtualNetwork")

    def test_rules_of_others_show_and_are_surplus(self) -> None:
        from azure.mgmt.network.models import NetworkSecurityGroup

        theirs = {
            "name": "all",
            "properties": {
                "priority": 200,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "*",
                "sourceAddressPrefix": "*",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": "1000-2000",
            },
        }
        body = {"properties": {"securityRules": [*security_rules([SSH]), theirs]}}
        found = ingress(NetworkSecurityGroup(body).properties.security_rules)
        assert PortRule(0, "tcp", "0.0.0.0/0", "ports 1000-2000, all protocols") in found.rules
        assert not found.is_exactly([SSH])

    def test_a_rule_whose_source_is_no_address_shows_too(self) -> None:
        from azure.mgmt.network.models import NetworkSecurityGroup

        theirs = {
            "name": "peers",
            "properties": {
                "priority": 200,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceApplicationSecurityGroups": [{"id": id_of("x", "peers")}],
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": "22",
            },
        }
        body = {"properties": {"securityRules": [*security_rules([SSH]), theirs]}}
        found = ingress(NetworkSecurityGroup(body).properties.security_rules)
        assert len(found.rules) == 2
        assert not found.is_exactly([SSH])

    def test_many_sources_in_one_rule_are_as_many_rules(self) -> None:
        from azure.mgmt.network.models import NetworkSecurityGroup

        one = {
            "name": "x",
            "properties": {
                "priority": 200,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefixes": ["10.0.0.0/8", "192.0.2.7"],
                "destinationPortRanges": ["80", "443"],
            },
        }
        body = {"properties": {"securityRules": [one]}}
        found = ingress(NetworkSecurityGroup(body).properties.security_rules).rules
        assert len(found) == 4
        assert PortRule(443, "tcp", "192.0.2.7/32", "") in found
