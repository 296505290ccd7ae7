"""Key and firewall: converged on, adopted only when ours, left alone when all stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.contract.errors import ForeignResourceError, InvalidRequestError
from providers.contract.types import NetworkRequest, PortRule
from tests.contract.needs import lacks, needs
from tests.contract.stage import SSH, WEB, Stage, new_public_key


@needs("makes machines")
def test_everything_stands_after_the_first_call(stage: Stage) -> None:
    network = stage.network()
    assert network.subnets
    for kind in stage.facts.network_of:
        for resource in stage.some(kind):
            assert stage.owner.tags.items() <= resource.tags.items(), kind
    assert set(stage.kinds()) == set(stage.facts.network_of)


@needs("firewall")
def test_the_firewall_has_exactly_the_rules_that_were_asked_for(stage: Stage) -> None:
    stage.network()
    assert stage.firewalls() == {"us": {SSH, WEB}}


def test_a_second_call_changes_nothing(stage: Stage) -> None:
    network = stage.network()
    again = []
    assert stage.changes(lambda: again.append(stage.network())) == []
    assert again == [network]


@lacks("firewall")
def test_nothing_stands_where_the_provider_has_no_network(stage: Stage) -> None:
    assert stage.network().firewall == ""
    assert stage.kinds() == ()


@needs("firewall")
def test_rules_become_exactly_the_wanted_ones(stage: Stage) -> None:
    stage.network()
    moved = PortRule(22, "tcp", "198.51.100.7/32", "ssh: tester@train")
    six = PortRule(443, "tcp", "::/0")
    dns = PortRule(53, "udp", "10.0.0.0/8")
    stage.provider.ensure_network(stage.network_request(moved, WEB, six, dns))
    assert stage.firewalls() == {"us": {moved, WEB, six, dns}}
    stage.provider.ensure_network(stage.network_request(moved))
    assert stage.firewalls() == {"us": {moved}}


@needs("firewall", "calls")
def test_missing_rules_come_before_surplus_ones_go(stage: Stage) -> None:
    stage.network()
    moved = PortRule(22, "tcp", "198.51.100.7/32", "ssh")
    changes = stage.changes(
        lambda: stage.provider.ensure_network(stage.network_request(moved, WEB))
    )
    assert tuple(changes) == stage.facts.move_calls


@needs("firewall")
def test_a_changed_description_is_written(stage: Stage) -> None:
    stage.network()
    other = PortRule(SSH.port, SSH.protocol, SSH.source, "ssh: someone@else")
    stage.provider.ensure_network(stage.network_request(other, WEB))
    assert stage.firewalls() == {"us": {other, WEB}}


@needs("firewall")
def test_targets_have_firewalls_of_their_own_and_share_the_key(stage: Stage) -> None:
    first = stage.network()
    second = stage.provider.ensure_network(stage.network_request(SSH, target="eu"))
    assert first.firewall != second.firewall
    assert first.key == second.key
    assert stage.firewalls() == {"us": {SSH, WEB}, "eu": {SSH}}


@needs("keys")
def test_another_key_is_another_key_pair(stage: Stage) -> None:
    first = stage.network()
    request = stage.network_request()
    other = replace(request, public_key=new_public_key())
    assert stage.provider.ensure_network(other).key != first.key
    assert stage.provider.ensure_network(request).key == first.key


@needs("faults", "firewall")
def test_a_lost_answer_leaves_one_firewall(stage: Stage) -> None:
    stage.emulator.lose_answer("create firewall")
    network = stage.network()
    assert stage.network() == network
    assert stage.firewalls() == {"us": {SSH, WEB}}


@needs("faults", "keys")
def test_a_lost_answer_leaves_one_key(stage: Stage) -> None:
    stage.emulator.lose_answer("create key")
    key = stage.network().key
    assert stage.one("key").name == key


@needs("outside", "firewall")
def test_a_firewall_of_our_name_without_our_tags_is_refused(stage: Stage) -> None:
    _refused_while_disowned(stage, "firewall")


@needs("outside", "keys")
def test_a_key_of_our_name_without_our_tags_is_refused(stage: Stage) -> None:
    _refused_while_disowned(stage, "key")


def _refused_while_disowned(stage: Stage, kind: str) -> None:
    stage.network()
    resource = stage.some(kind)[0]
    stage.emulator.disown(resource)
    try:
        with pytest.raises(ForeignResourceError) as caught:
            stage.network()
        assert resource.name in caught.value.message
        assert caught.value.advice
    finally:
        stage.emulator.hand_back(resource)


@needs("makes machines")
def test_a_key_that_is_none_is_said_to_be_none(stage: Stage) -> None:
    request = NetworkRequest(stage.owner, "us", None, "not a key", (SSH,))
    with pytest.raises(InvalidRequestError, match="public key"):
        stage.provider.ensure_network(request)


@needs("firewall")
def test_a_source_that_is_no_network_is_refused(stage: Stage) -> None:
    with pytest.raises(InvalidRequestError, match="everywhere"):
        stage.provider.ensure_network(stage.network_request(PortRule(22, "tcp", "everywhere")))


@needs("subnets")
def test_a_named_subnet_is_the_only_place(stage: Stage) -> None:
    subnets = stage.network().subnets
    zone = sorted(subnets)[-1]
    named = replace(stage.network_request(), subnet=subnets[zone])
    found = stage.provider.ensure_network(named).subnets
    assert zone in found
    assert set(found.values()) == {subnets[zone]}


@needs("subnets")
def test_a_subnet_that_does_not_exist_is_refused(stage: Stage) -> None:
    request = replace(stage.network_request(), subnet=stage.facts.no_such_subnet)
    with pytest.raises(InvalidRequestError) as caught:
        stage.provider.ensure_network(request)
    assert caught.value.advice
