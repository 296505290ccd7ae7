"""Key and firewall: converged on, adopted only when ours, left alone when all stands."""

from __future__ import annotations

import pytest

from providers.contract.errors import ForeignResourceError, InvalidRequestError
from providers.contract.types import NetworkRequest, PortRule
from tests.contract.stage import SSH, WEB, Stage, new_public_key


def test_everything_stands_after_the_first_call(stage: Stage) -> None:
    network = stage.network()
    firewall, key = stage.one("firewall"), stage.one("key")
    assert firewall.id == network.firewall
    assert firewall.target == "us"
    assert set(firewall.rules) == {SSH, WEB}
    assert stage.owner.tags.items() <= firewall.tags.items()
    assert stage.owner.tags.items() <= key.tags.items()
    assert network.subnets


def test_a_second_call_changes_nothing(stage: Stage) -> None:
    network = stage.network()
    again = []
    assert stage.changes(lambda: again.append(stage.network())) == []
    assert again == [network]


def test_rules_become_exactly_the_wanted_ones(stage: Stage) -> None:
    stage.network()
    moved = PortRule(22, "tcp", "198.51.100.7/32", "ssh: tester@train")
    six = PortRule(443, "tcp", "::/0")
    dns = PortRule(53, "udp", "10.0.0.0/8")
    stage.provider.ensure_network(stage.network_request(moved, WEB, six, dns))
    assert set(stage.one("firewall").rules) == {moved, WEB, six, dns}
    stage.provider.ensure_network(stage.network_request(moved))
    assert set(stage.one("firewall").rules) == {moved}


def test_missing_rules_come_before_surplus_ones_go(stage: Stage) -> None:
    stage.network()
    moved = PortRule(22, "tcp", "198.51.100.7/32", "ssh")
    changes = stage.changes(
        lambda: stage.provider.ensure_network(stage.network_request(moved, WEB))
    )
    assert changes == ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]


def test_a_changed_description_is_written(stage: Stage) -> None:
    stage.network()
    other = PortRule(SSH.port, SSH.protocol, SSH.source, "ssh: someone@else")
    stage.provider.ensure_network(stage.network_request(other, WEB))
    assert set(stage.one("firewall").rules) == {other, WEB}


def test_targets_have_firewalls_of_their_own_and_share_the_key(stage: Stage) -> None:
    first = stage.network()
    second = stage.provider.ensure_network(stage.network_request(target="eu"))
    assert first.firewall != second.firewall
    assert first.key == second.key


def test_another_key_is_another_key_pair(stage: Stage) -> None:
    first = stage.network()
    request = stage.network_request()
    other = NetworkRequest(request.owner, request.target, None, new_public_key(), request.rules)
    assert stage.provider.ensure_network(other).key != first.key
    assert stage.provider.ensure_network(request).key == first.key


@pytest.mark.parametrize("verb", ["create firewall", "create key"])
def test_a_lost_answer_leaves_one_of_each(stage: Stage, verb: str) -> None:
    stage.emulator.lose_answer(verb)
    network = stage.network()
    assert stage.one("firewall").id == network.firewall
    assert stage.one("key").name == network.key
    assert set(stage.one("firewall").rules) == {SSH, WEB}


@pytest.mark.parametrize("kind", ["firewall", "key"])
def test_what_has_our_name_and_not_our_tags_is_refused(stage: Stage, kind: str) -> None:
    stage.network()
    resource = stage.one(kind)
    stage.emulator.disown(resource)
    with pytest.raises(ForeignResourceError) as caught:
        stage.network()
    assert resource.name in caught.value.message
    assert caught.value.advice
    stage.emulator.hand_back(resource)


def test_a_key_that_is_none_is_said_to_be_none(stage: Stage) -> None:
    request = NetworkRequest(stage.owner, "us", None, "not a key", (SSH,))
    with pytest.raises(InvalidRequestError, match="public key"):
        stage.provider.ensure_network(request)


def test_a_source_that_is_no_network_is_refused(stage: Stage) -> None:
    with pytest.raises(InvalidRequestError, match="everywhere"):
        stage.provider.ensure_network(stage.network_request(PortRule(22, "tcp", "everywhere")))


def test_a_named_subnet_is_the_only_place(stage: Stage) -> None:
    subnets = stage.network().subnets
    zone = sorted(subnets)[-1]
    request = NetworkRequest(stage.owner, "us", subnets[zone], stage.public_key, (SSH,))
    assert stage.provider.ensure_network(request).subnets == {zone: subnets[zone]}


def test_a_subnet_that_does_not_exist_is_refused(stage: Stage) -> None:
    request = NetworkRequest(stage.owner, "us", "subnet-0123456789abcdef0", stage.public_key, ())
    with pytest.raises(InvalidRequestError) as caught:
        stage.provider.ensure_network(request)
    assert caught.value.advice
