"""Converging on firewall rules: which calls are made, and in which order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from providers.contract.errors import ForeignResourceError, InvalidRequestError
from providers.contract.types import NetworkRequest, PortRule
from providers.gcp.ingress import FirewallRule, wanted
from providers.gcp.names import network_tag
from providers.gcp.network import ensure_network
from providers.gcp.subnets import subnet_name
from tests.unit.gcp.canned import (
    PROJECT,
    Answer,
    Canned,
    Json,
    Raw,
    error,
    operation,
    serving,
)
from tests.unit.gcp.requests import KEY, OWNER

SSH = PortRule(22, "tcp", "203.0.113.4/32", "ssh me@laptop until 2026-02-01")
WEB = PortRule(80, "tcp", "0.0.0.0/0", "published")
DONE = operation(everywhere=True)
ZONES = {
    "items": [
        {"name": f"us-central1-{letter}", "status": status}
        for letter, status in (("c", "UP"), ("a", "UP"), ("b", "DOWN"))
    ]
}


def subnet(name: str = "default", network: str = "default") -> Json:
    base = f"https://x/compute/v1/projects/{PROJECT}"
    return {"name": name, "network": f"{base}/global/networks/{network}"}


def on_the_wire(rule: FirewallRule) -> Json:
    """A firewall rule as the API shows it."""
    entries = [{"IPProtocol": protocol, "ports": [port]} for protocol, port in sorted(rule.ports)]
    return {
        "name": rule.name,
        "description": rule.description,
        "network": f"https://x/compute/v1/projects/{PROJECT}/global/networks/{rule.network}",
        "direction": "INGRESS",
        "priority": rule.priority,
        "sourceRanges": sorted(rule.sources),
        "targetTags": [rule.tag],
        ("allowed" if rule.action == "allow" else "denied"): entries,
        "disabled": not rule.enabled,
    }


def listed(*rules: FirewallRule, others: tuple[Json, ...] = ()) -> Json:
    default = {
        "name": "default-allow-ssh",
        "network": "https://x/global/networks/default",
        "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "sourceRanges": ["0.0.0.0/0"],
    }
    return {"items": [default, *map(on_the_wire, rules), *others]}


def request(*rules: PortRule, subnet: str | None = None) -> NetworkRequest:
    return NetworkRequest(OWNER, "us", subnet, KEY + "\n", rules)


def answers(**more: list[Answer]) -> dict[str, list[Answer]]:
    changes = {f"firewalls.{verb}": [DONE] for verb in ("insert", "patch", "delete")}
    named = {name.replace("_", "."): given for name, given in more.items()}
    return {"zones.list": [ZONES], "subnetworks.get": [subnet()], **changes, **named}


def changes(canned: Canned) -> list[tuple[str, str]]:
    return [
        (one.operation.partition(".")[2], one.body.get("name", one.path.rpartition("/")[2]))
        for one in canned.sent
        if one.operation.startswith("firewalls.") and one.operation != "firewalls.list"
    ]


def test_all_is_made_from_three_reads() -> None:
    with serving(answers(firewalls_list=[listed()])) as canned:
        network = ensure_network(canned.calls, request(SSH, WEB))
    assert sorted(canned.operations) == sorted(
        ["firewalls.list", "subnetworks.get", "zones.list", *["firewalls.insert"] * 3]
    )
    tag = network_tag(OWNER, "us")
    assert (network.key, network.firewall) == (KEY, tag)
    whole = f"projects/{PROJECT}/regions/us-central1/subnetworks/default"
    assert network.subnets == {"us-central1-a": whole, "us-central1-c": whole}
    made = {body["name"].rsplit("-", 2)[1]: body for body in canned.bodies("firewalls.insert")}
    assert made["ssh"] == {
        "name": made["ssh"]["name"],
        "description": made["ssh"]["description"],
        "network": f"projects/{PROJECT}/global/networks/default",
        "direction": "INGRESS",
        "priority": 900,
        "sourceRanges": ["203.0.113.4/32"],
        "targetTags": [tag],
        "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "disabled": False,
    }
    assert made["deny"]["denied"] == [{"IPProtocol": "tcp", "ports": ["22"]}]
    assert made["deny"]["priority"] == 901


def test_nothing_is_changed_when_all_stands() -> None:
    stands = listed(*wanted(OWNER, "us", "default", [SSH, WEB]))
    with serving(answers(firewalls_list=[stands])) as canned:
        ensure_network(canned.calls, request(SSH, WEB))
    assert changes(canned) == []


def test_a_deployer_who_moved_is_one_patch() -> None:
    stands = wanted(OWNER, "us", "default", [SSH, WEB])
    with serving(answers(firewalls_list=[listed(*stands)])) as canned:
        ensure_network(canned.calls, request(replace(SSH, source="198.51.100.7/32"), WEB))
    assert [verb for verb, _ in changes(canned)] == ["patch"]
    (body,) = canned.bodies("firewalls.patch")
    assert body["sourceRanges"] == ["198.51.100.7/32"]


def test_a_renewed_lease_is_one_patch() -> None:
    stands = wanted(OWNER, "us", "default", [SSH])
    renewed = replace(SSH, description="ssh me@laptop until 2026-03-01")
    with serving(answers(firewalls_list=[listed(*stands)])) as canned:
        ensure_network(canned.calls, request(renewed))
    (body,) = canned.bodies("firewalls.patch")
    words = json.loads(body["description"])["rules"]
    assert words == {"tcp/22 203.0.113.4/32": "ssh me@laptop until 2026-03-01"}


def test_what_is_missing_comes_before_what_is_surplus_goes() -> None:
    old = replace(WEB, source="10.0.0.0/8")
    stands = wanted(OWNER, "us", "default", [SSH, old])
    with serving(answers(firewalls_list=[listed(*stands)])) as canned:
        ensure_network(canned.calls, request(SSH, WEB))
    assert [verb for verb, _ in changes(canned)] == ["insert", "delete"]


def test_a_rule_that_was_switched_off_or_turned_round_is_put_right() -> None:
    stands = list(wanted(OWNER, "us", "default", [WEB]))
    stands[0] = replace(stands[0], enabled=False)
    stands[1] = replace(stands[1], action="allow")
    with serving(answers(firewalls_list=[listed(*stands)])) as canned:
        ensure_network(canned.calls, request(WEB))
    assert sorted(verb for verb, _ in changes(canned)) == ["delete", "insert", "patch"]


def test_rules_in_two_networks_are_the_same_in_both() -> None:
    stands = wanted(OWNER, "us", "old", [SSH])
    with serving(answers(firewalls_list=[listed(*stands)])) as canned:
        ensure_network(canned.calls, request(SSH, WEB))
    networks = sorted(
        body["network"].rpartition("/")[2] for body in canned.bodies("firewalls.insert")
    )
    assert networks == ["default", "default", "default", "old"]


def test_a_rule_of_our_name_and_not_of_our_making_is_refused() -> None:
    stands = list(wanted(OWNER, "us", "default", [WEB]))
    stranger = {**on_the_wire(stands[0]), "description": "made by hand"}
    with (
        serving(answers(firewalls_list=[listed(others=(stranger,))])) as canned,
        pytest.raises(ForeignResourceError),
    ):
        ensure_network(canned.calls, request(WEB))
    assert changes(canned) == []


def test_a_rule_made_by_another_meanwhile_is_taken() -> None:
    stands = wanted(OWNER, "us", "default", [])
    exists = error("alreadyExists", "The resource already exists", 409)
    with serving(
        answers(firewalls_list=[listed(), listed(*stands)], firewalls_insert=[exists])
    ) as canned:
        ensure_network(canned.calls, request())
    assert [verb for verb, _ in changes(canned)] == ["insert"]


def test_a_rule_that_is_said_to_exist_is_waited_for_until_it_shows() -> None:
    """The call whose answer was lost is still under way, and may fail: no machine may be made
    while the rule is missing that keeps SSH shut."""
    stands = wanted(OWNER, "us", "default", [])
    exists = error("alreadyExists", "The resource already exists", 409)
    with serving(
        answers(
            firewalls_list=[listed(), listed(), listed(*stands)],
            firewalls_insert=[Raw(0), exists, exists],
        )
    ) as canned:
        ensure_network(canned.calls, request())
    assert canned.operations.count("firewalls.list") == 3


def test_a_rule_of_our_name_made_by_a_stranger_meanwhile_is_refused() -> None:
    stands = list(wanted(OWNER, "us", "default", []))
    stranger = {**on_the_wire(stands[0]), "description": "made by hand", "priority": 1}
    exists = error("alreadyExists", "The resource already exists", 409)
    with (
        serving(
            answers(
                firewalls_list=[listed(), listed(others=(stranger,))], firewalls_insert=[exists]
            )
        ) as canned,
        pytest.raises(ForeignResourceError),
    ):
        ensure_network(canned.calls, request())
    assert [verb for verb, _ in changes(canned)] == ["insert"]


@pytest.mark.parametrize("key", ["", "not a key", "ssh-ed25519 !", f"{KEY}\n{KEY}"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with serving({}) as canned, pytest.raises(InvalidRequestError):
        ensure_network(canned.calls, replace(request(), public_key=key))
    assert canned.sent == []


def test_no_default_network() -> None:
    gone = error("notFound", "The resource 'default' was not found", 404)
    with (
        serving(answers(firewalls_list=[listed()], subnetworks_get=[gone])) as canned,
        pytest.raises(InvalidRequestError) as caught,
    ):
        ensure_network(canned.calls, request())
    assert "gcloud compute networks create default" in caught.value.advice


def test_no_such_region() -> None:
    with (
        serving(answers(firewalls_list=[listed()], zones_list=[{"items": []}])) as canned,
        pytest.raises(InvalidRequestError) as caught,
    ):
        ensure_network(canned.calls, request())
    assert "us-central1" in caught.value.message


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, "default"),
        ("inner", "inner"),
        ("projects/p/regions/r/subnetworks/inner", "inner"),
        ("https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/inner", "inner"),
    ],
)
def test_forms_of_a_subnet(given: str | None, name: str) -> None:
    assert subnet_name(given, "p", "r") == name


@pytest.mark.parametrize(
    "given",
    [
        "network/inner",
        "projects/host/regions/r/subnetworks/inner",
        "projects/p/regions/other/subnetworks/inner",
    ],
)
def test_forms_that_are_none(given: str) -> None:
    with pytest.raises(InvalidRequestError):
        subnet_name(given, "p", "r")


def test_an_operation_that_fails_for_now_is_sent_again() -> None:
    broken: Any = operation(("INTERNAL_ERROR", "Try again."), http=500, everywhere=True)
    with serving(
        answers(firewalls_list=[listed()], firewalls_insert=[broken, broken, DONE])
    ) as canned:
        ensure_network(canned.calls, request())
    assert len(canned.retries) == 2
