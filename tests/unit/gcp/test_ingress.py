"""A target's rules as firewall rules, and back."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from providers.contract.errors import InvalidRequestError
from providers.contract.types import Owner, PortRule
from providers.gcp.ingress import FirewallRule, let_in, standing, wanted
from providers.gcp.names import network_tag

OWNER = Owner("shop", "production")
LEASE = "ssh me@laptop until 2026-02-01"
SSH = PortRule(22, "tcp", "203.0.113.4/32", LEASE)
WEB = PortRule(80, "tcp", "0.0.0.0/0", "published")
TLS = PortRule(443, "tcp", "0.0.0.0/0", "published")
QUIC = PortRule(443, "udp", "0.0.0.0/0", "published")
DB = PortRule(5432, "tcp", "10.0.0.0/8")
NAME = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")


def rules(*asked: PortRule, network: str = "default") -> tuple[FirewallRule, ...]:
    return wanted(OWNER, "us", network, asked)


def by_word(*asked: PortRule) -> dict[str, FirewallRule]:
    return {rule.name.rsplit("-", 2)[1]: rule for rule in rules(*asked)}


def test_ssh_is_let_in_before_it_is_shut_out() -> None:
    found = by_word(SSH, WEB, TLS, QUIC)
    assert set(found) == {"ssh", "in", "deny"}
    assert (found["ssh"].priority, found["deny"].priority) == (900, 901)
    assert found["ssh"].sources == {"203.0.113.4/32"}
    assert found["deny"].action == "deny"
    assert found["deny"].sources == {"0.0.0.0/0"}
    assert found["deny"].ports == {("tcp", "22")}
    assert found["in"].ports == {("tcp", "80"), ("tcp", "443"), ("udp", "443")}
    assert {rule.tag for rule in found.values()} == {network_tag(OWNER, "us")}


def test_ssh_is_shut_even_where_nobody_is_let_in() -> None:
    assert set(by_word()) == {"deny"}


@pytest.mark.parametrize(
    "asked",
    [
        (),
        (SSH,),
        (WEB, SSH),
        (SSH, WEB, TLS, QUIC, DB),
        (replace(DB, source="2001:db8::/32"), DB),
        tuple(replace(SSH, source=f"203.0.113.{last}/32") for last in range(25)),
    ],
)
def test_what_was_asked_is_what_is_shown(asked: tuple[PortRule, ...]) -> None:
    expected = sorted(asked, key=lambda rule: (rule.port, rule.protocol, rule.source))
    assert standing(rules(*asked)) == tuple(expected)


def test_sources_that_reach_the_same_ports_share_a_rule_and_keep_to_their_family() -> None:
    others = [replace(DB, source=source) for source in ("10.1.0.0/16", "2001:db8::/32")]
    found = [rule for rule in rules(DB, *others, WEB) if rule.action == "allow"]
    assert sorted(sorted(rule.sources) for rule in found) == [
        ["0.0.0.0/0"],
        ["10.0.0.0/8", "10.1.0.0/16"],
        ["2001:db8::/32"],
    ]


def test_names_stay_as_sources_of_ssh_and_ports_change() -> None:
    before, after = by_word(SSH, WEB), by_word(replace(SSH, source="198.51.100.7/32"), WEB, TLS)
    assert {word: rule.name for word, rule in before.items()} == {
        word: rule.name for word, rule in after.items()
    }


def test_names_are_names_however_long_the_words() -> None:
    owner = Owner("a" * 20, "b" * 20)
    for rule in wanted(owner, "c" * 20, "default", [SSH, WEB]):
        assert NAME.fullmatch(rule.name), rule.name
    assert NAME.fullmatch(network_tag(owner, "c" * 20))


def test_what_reads_alike_is_told_apart() -> None:
    assert network_tag(Owner("a-b", "c"), "d") != network_tag(Owner("a", "b-c"), "d")
    assert {r.name for r in rules(WEB)}.isdisjoint(r.name for r in rules(WEB, network="other"))


def test_descriptions_are_json_with_owner_target_and_words() -> None:
    held = json.loads(by_word(SSH)["ssh"].description)
    assert held == {
        "longshore-project": "shop",
        "longshore-environment": "production",
        "longshore-target": "us",
        "rules": {"tcp/22 203.0.113.4/32": LEASE},
    }


def test_more_words_than_a_description_takes_are_refused() -> None:
    many = [PortRule(port, "tcp", "0.0.0.0/0", "published " * 10) for port in range(1, 40)]
    with pytest.raises(InvalidRequestError) as caught:
        rules(*many)
    assert "publish fewer ports" in caught.value.advice


def test_a_source_that_is_no_network_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        rules(replace(SSH, source="laptop"))


def test_a_host_address_becomes_its_network() -> None:
    assert by_word(replace(DB, source="10.1.2.3/8"))["in"].sources == {"10.0.0.0/8"}


def test_a_missing_denial_is_shown_as_what_it_is() -> None:
    allowed = [rule for rule in rules(SSH) if rule.action == "allow"]
    shown = standing(allowed)
    assert [rule.port for rule in shown] == [0, 22]
    assert "SSH" in shown[0].description
    off = [replace(rule, enabled=rule.action == "allow") for rule in rules(SSH)]
    assert standing(off) == shown


def test_what_somebody_widened_is_shown() -> None:
    (rule,) = [rule for rule in rules(WEB) if rule.action == "allow"]
    wider = replace(rule, ports=frozenset({("tcp", "8000-8010"), ("icmp", "")}))
    assert {shown.port for shown in let_in([wider])} == {0}
    assert let_in([replace(rule, enabled=False)]) == ()
    tagged = replace(rule, sources=frozenset(), plain=False)
    assert [shown.port for shown in let_in([tagged])] == [0]
