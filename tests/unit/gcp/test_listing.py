"""Listings: complete, of one region, and what is not ours told apart."""

from __future__ import annotations

import pytest

from providers.contract.errors import TransientError
from providers.contract.types import PortRule
from providers.gcp.foreign import find_foreign
from providers.gcp.ingress import wanted
from providers.gcp.listing import Survey
from providers.gcp.names import network_tag
from tests.unit.gcp.canned import (
    OURS,
    PROJECT,
    ZONE,
    Answer,
    Json,
    Sent,
    aggregated,
    instance,
    serving,
)
from tests.unit.gcp.requests import OWNER, TOKEN
from tests.unit.gcp.test_network import listed

SSH = PortRule(22, "tcp", "203.0.113.4/32", "ssh me@laptop until 2026-02-01")
WEB = PortRule(80, "tcp", "0.0.0.0/0")


def disk(name: str = TOKEN, labels: Json | None = None) -> Json:
    return {
        "name": name,
        "status": "READY",
        "zone": f"https://x/compute/v1/projects/{PROJECT}/zones/{ZONE}",
        "labels": OURS if labels is None else labels,
    }


def answers(**more: list[Answer]) -> dict[str, list[Answer]]:
    return {
        "instances.aggregatedList": [aggregated("instances", instance())],
        "disks.aggregatedList": [aggregated("disks", disk(), disk("spare"))],
        "firewalls.list": [listed(*wanted(OWNER, "us", "default", [WEB, SSH]))],
        "addresses.list": [{"items": [{"name": "front", "labels": OURS}]}],
        **{name.replace("_", "."): given for name, given in more.items()},
    }


def test_everything_of_ours_from_four_calls() -> None:
    with serving(answers()) as canned:
        found = Survey(canned.calls).run(OWNER)
    assert sorted(canned.operations) == [
        "addresses.list",
        "disks.aggregatedList",
        "firewalls.list",
        "instances.aggregatedList",
    ]
    assert [machine.name for machine in found.machines] == ["us-1"]
    shown = [(one.kind, one.id, one.target, one.within) for one in found.resources]
    place = f"{ZONE}/{TOKEN}"
    assert shown == [
        ("machine", place, "us", ""),
        ("disk", f"{ZONE}/spare", "us", ""),
        ("disk", place, "us", place),
        ("address", "us-central1/front", "us", ""),
        ("firewall", network_tag(OWNER, "us"), "us", ""),
    ]
    assert found.resources[-1].rules == (SSH, WEB)


def test_the_last_page_is_read_too() -> None:
    def page(sent: Sent) -> Json:
        at = int(sent.query.get("pageToken", "0"))
        more = {"nextPageToken": str(at + 1)} if at < 2 else {}
        return aggregated("instances", instance(name=f"us-{at}"), **more)

    with serving(answers(instances_aggregatedList=[page])) as canned:
        found = Survey(canned.calls, page=1).run(OWNER)
    assert len(found.machines) == 3
    assert canned.operations.count("instances.aggregatedList") == 3


def test_a_zone_that_does_not_answer_is_not_an_empty_one() -> None:
    silent = {"zones/us-central1-f": {"warning": {"code": "UNREACHABLE", "message": "no answer"}}}
    whole = aggregated("instances", instance())
    with serving(
        answers(instances_aggregatedList=[aggregated("instances", more=silent), whole])
    ) as canned:
        assert len(Survey(canned.calls).run(OWNER).machines) == 1
    assert [retry.operation for retry in canned.retries] == ["instances.aggregatedList"]


def test_one_of_another_region_may_be_silent() -> None:
    silent = {"zones/us-east1-b": {"warning": {"code": "UNREACHABLE", "message": "no answer"}}}
    with serving(
        answers(instances_aggregatedList=[aggregated("instances", instance(), more=silent)])
    ) as canned:
        assert len(Survey(canned.calls).run(OWNER).machines) == 1


def test_a_region_that_stays_silent_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = {"zones/us-central1-f": {"warning": {"code": "UNREACHABLE", "message": "no answer"}}}
    with (
        serving(answers(instances_aggregatedList=[aggregated("instances", more=silent)])) as canned,
        pytest.raises(TransientError),
    ):
        Survey(canned.calls).run(OWNER)


@pytest.mark.parametrize(
    "incomplete",
    [
        {"unreachables": ["zones/us-central1-f"]},
        {"warning": {"code": "PARTIAL_SUCCESS", "message": "some are missing"}},
        {"warning": {"code": "LIST_OVERHEAD_QUOTA_EXCEED", "message": "filtered too much"}},
    ],
)
def test_a_page_that_says_it_is_not_whole_is_asked_for_again(incomplete: Json) -> None:
    part = aggregated("instances", **incomplete)
    whole = aggregated("instances", instance())
    with serving(answers(instances_aggregatedList=[part, whole])) as canned:
        assert len(Survey(canned.calls).run(OWNER).machines) == 1
    assert [retry.operation for retry in canned.retries] == ["instances.aggregatedList"]


def test_what_another_region_left_out_is_no_matter() -> None:
    elsewhere = {
        "unreachables": ["zones/us-east1-b"],
        "warning": {"code": "UNREACHABLE", "message": "zones/us-east1-b"},
    }
    part = aggregated("instances", instance(), **elsewhere)
    with serving(answers(instances_aggregatedList=[part])) as canned:
        assert len(Survey(canned.calls).run(OWNER).machines) == 1
    assert canned.retries == []


def test_firewalls_that_are_not_all_listed_are_asked_for_again() -> None:
    part = {"warning": {"code": "PARTIAL_SUCCESS", "message": "some are missing"}}
    whole = listed(*wanted(OWNER, "us", "default", [SSH]))
    with serving(answers(firewalls_list=[part, whole])) as canned:
        found = Survey(canned.calls).run(OWNER)
    assert found.resources[-1].rules == (SSH,)
    assert [retry.operation for retry in canned.retries] == ["firewalls.list"]


def test_what_is_on_its_way_out_is_not_listed() -> None:
    with serving(
        answers(
            instances_aggregatedList=[aggregated("instances", instance("DEPROVISIONING"))],
            disks_aggregatedList=[aggregated("disks", {**disk(), "status": "DELETING"})],
        )
    ) as canned:
        found = Survey(canned.calls).run(OWNER)
    assert [one.kind for one in found.resources] == ["address", "firewall"]


def test_what_is_not_ours_is_seen_with_its_labels() -> None:
    theirs = {"longshore-project": "shop", "longshore-environment": "staging"}
    with serving(
        answers(
            instances_aggregatedList=[
                aggregated("instances", instance(), instance(name="n1", labels=theirs))
            ],
            disks_aggregatedList=[aggregated("disks", disk(), disk("n1", {}))],
        )
    ) as canned:
        found = find_foreign(canned.calls, OWNER)
    assert [(one.kind, one.id) for one in found] == [
        ("machine", f"{ZONE}/n1"),
        ("disk", f"{ZONE}/n1"),
        ("firewall", "default-allow-ssh"),
    ]
    assert found[0].tags == theirs
    assert found[1].within == f"{ZONE}/n1"
    assert found[2].rules == (PortRule(22, "tcp", "0.0.0.0/0"),)
    assert all("filter" not in one.query for one in canned.sent)


def test_a_description_of_ours_under_another_name_is_not_ours() -> None:
    (rule, *_) = wanted(OWNER, "us", "default", [WEB])
    from dataclasses import replace

    with serving(answers(firewalls_list=[listed(replace(rule, name="mine"))])) as canned:
        found = Survey(canned.calls).run(OWNER)
    assert "firewall" not in [one.kind for one in found.resources]
