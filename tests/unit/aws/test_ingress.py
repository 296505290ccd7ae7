"""Rules against a security group's."""

from __future__ import annotations

import pytest

from providers.aws.ingress import NOT_A_PORT, compare, grants, normalise, permissions
from providers.contract.errors import InvalidRequestError
from providers.contract.types import PortRule

SSH = PortRule(22, "tcp", "203.0.113.4/32", "ssh: me@laptop")
WEB = PortRule(80, "tcp", "0.0.0.0/0")


def test_what_stands_is_left_alone() -> None:
    change = compare((SSH, WEB), grants(permissions((WEB, SSH))))
    assert (change.authorize, change.describe, change.revoke) == ((), (), ())


def test_missing_and_surplus() -> None:
    moved = PortRule(22, "tcp", "198.51.100.7/32", "ssh: me@train")
    change = compare((moved, WEB), grants(permissions((WEB, SSH))))
    assert change.authorize == (moved,)
    assert change.describe == ()
    assert [grant.permission for grant in change.revoke] == [
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": "203.0.113.4/32"}],
        }
    ]


def test_the_description_alone_is_rewritten() -> None:
    other = PortRule(22, "tcp", SSH.source, "ssh: you@desk")
    change = compare((other,), grants(permissions((SSH,))))
    assert (change.authorize, change.describe, change.revoke) == ((), (other,), ())


def test_sources_are_compared_as_ec2_shows_them() -> None:
    loose = PortRule(22, "tcp", "10.0.0.5/8", "what's this? ü" + "x" * 300)
    tidy = normalise(loose)
    assert tidy.source == "10.0.0.0/8"
    assert tidy.description.startswith("what_s this_ _x")
    assert len(tidy.description) == 255
    assert compare((loose,), grants(permissions((tidy,)))).authorize == ()


def test_ipv6_goes_into_its_own_field() -> None:
    (permission,) = permissions((PortRule(443, "tcp", "::/0"),))
    assert permission["Ipv6Ranges"] == [{"CidrIpv6": "::/0"}]
    assert "IpRanges" not in permission


@pytest.mark.parametrize(
    "permission",
    [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "203.0.113.4/32"}]},
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 23,
            "IpRanges": [{"CidrIp": "203.0.113.4/32"}],
        },
        {
            "IpProtocol": "icmp",
            "FromPort": -1,
            "ToPort": -1,
            "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        },
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "UserIdGroupPairs": [{"GroupId": "sg-2"}],
        },
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "PrefixListIds": [{"PrefixListId": "pl-1"}],
        },
    ],
    ids=["all traffic", "port range", "icmp", "group", "prefix list"],
)
def test_what_we_never_make_is_surplus_and_revoked_as_it_stands(permission: dict) -> None:
    standing = grants([permission])
    (grant,) = compare((SSH,), standing).revoke
    assert grant.rule.port == NOT_A_PORT
    assert grant.rule.description
    assert grant.permission == permission


@pytest.mark.parametrize("source", ["everywhere", "203.0.113.4/33", ""])
def test_a_source_that_is_no_network(source: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        normalise(PortRule(22, "tcp", source))
    assert "ssh_from" in caught.value.advice
