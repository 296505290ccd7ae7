"""Which ports are open to whom."""

from __future__ import annotations

from datetime import date

import pytest

from orchestrator.planning.rules import Deployer, difference, wanted_rules
from orchestrator.spec.model import Port, Service
from providers.contract.types import PortRule

TODAY = date(2026, 11, 24)
ME = Deployer("ann@laptop", ("198.51.100.7/32",), dynamic=True)
WEB = Service(
    name="web",
    image="web:1",
    ports=(
        Port(8080, 80),
        Port(53, 53, "udp"),
        Port(9000, 9000, host_ip="127.0.0.1"),
        Port(9001, 9001, host_ip="127.8.0.1"),
        Port(9002, 9002, host_ip="::1"),
        Port(7000, None),
    ),
)
MINE = PortRule(22, "tcp", "198.51.100.7/32", "ssh ann@laptop until 2026-12-24")
PUBLISHED = (
    PortRule(53, "udp", "0.0.0.0/0", "published"),
    PortRule(80, "tcp", "0.0.0.0/0", "published"),
)


def ssh_rules(*standing: PortRule, deployer: Deployer = ME) -> list[PortRule]:
    rules = wanted_rules((WEB,), deployer, standing, TODAY)
    return [rule for rule in rules if rule.port == 22]


def test_a_new_target_opens_published_ports_and_ssh_to_the_deployer_only() -> None:
    rules = wanted_rules((WEB,), ME, (), TODAY)
    assert set(rules) == {MINE, *PUBLISHED}


def test_what_stands_already_is_no_change() -> None:
    standing = wanted_rules((WEB,), ME, (), TODAY)
    assert wanted_rules((WEB,), ME, standing, date(2026, 12, 1)) == standing
    assert difference(standing, standing) == ""


@pytest.mark.parametrize(
    ("standing", "kept"),
    [
        (PortRule(22, "tcp", "203.0.113.9/32", "ssh bob@ci until 2026-11-25"), True),
        (PortRule(22, "tcp", "203.0.113.9/32", "ssh bob@ci until 2026-11-24"), False),
        (PortRule(22, "tcp", "203.0.113.9/32", "ssh ann@laptop until 2026-12-24"), False),
        (PortRule(22, "tcp", "0.0.0.0/0", "opened by hand"), False),
    ],
    ids=["another deployer", "expired", "my earlier address", "nobody's"],
)
def test_other_ssh_rules(standing: PortRule, kept: bool) -> None:
    assert ssh_rules(standing) == sorted(
        [MINE, standing] if kept else [MINE], key=lambda rule: rule.source
    )


def test_my_own_rule_is_renewed_in_its_last_week() -> None:
    old = PortRule(22, "tcp", "198.51.100.7/32", "ssh ann@laptop until 2026-11-30")
    assert ssh_rules(old) == [MINE]


def test_two_deployers_at_one_address_share_a_rule() -> None:
    bob = PortRule(22, "tcp", "198.51.100.7/32", "ssh bob@ci until 2026-12-20")
    assert ssh_rules(bob) == [bob]


def test_fixed_networks_stand_without_a_lease() -> None:
    office = Deployer("ann@laptop", ("192.0.2.0/24",), dynamic=False)
    assert ssh_rules(MINE, deployer=office) == [PortRule(22, "tcp", "192.0.2.0/24", "ssh")]


def test_fixed_networks_are_the_only_ones() -> None:
    office = Deployer("ann@laptop", ("192.0.2.0/24",), dynamic=False)
    bob = PortRule(22, "tcp", "203.0.113.9/32", "ssh bob@ci until 2026-12-20")
    inside = PortRule(22, "tcp", "192.0.2.0/24", "ssh bob@ci until 2026-12-20")
    fixed = PortRule(22, "tcp", "192.0.2.0/24", "ssh")
    assert ssh_rules(MINE, bob, inside, deployer=office) == [fixed]
    assert difference((bob, fixed), (fixed,)) == "- ssh from 203.0.113.9/32"


def test_difference_reads_as_plus_and_minus() -> None:
    standing = (PortRule(80, "tcp", "0.0.0.0/0"), PortRule(22, "tcp", "192.0.2.1/32"))
    wanted = (PortRule(80, "tcp", "0.0.0.0/0"), PortRule(443, "tcp", "0.0.0.0/0"))
    assert difference(standing, wanted) == "+ 443/tcp from anywhere, - ssh from 192.0.2.1/32"


def test_a_renewed_rule_reads_as_one_change() -> None:
    old = PortRule(22, "tcp", "198.51.100.7/32", "ssh ann@laptop until 2026-11-30")
    said = difference((old,), (MINE,))
    assert said == "~ ssh from 198.51.100.7/32 (ssh ann@laptop until 2026-12-24)"
