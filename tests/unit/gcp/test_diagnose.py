"""What `longshore doctor` hears: complete, and never an error."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from providers.contract.types import CHECKS, Finding, Need, Requirement
from providers.gcp.diagnose import Diagnosis
from providers.gcp.permissions import PERMISSIONS
from tests.unit.gcp.canned import (
    NOT_FOUND,
    Answer,
    Json,
    Raw,
    Sent,
    aggregated,
    error,
    instance,
    serving,
)
from tests.unit.gcp.test_listing import disk
from tests.unit.gcp.test_network import ZONES, listed, subnet
from tests.unit.gcp.test_offers import ALL

GIB = 1024**3
FORBIDDEN = error("forbidden", "Required 'compute.disks.list' permission", 403)
EVERY = {name for needed in PERMISSIONS.values() for name in needed}


def quota(metric: str, limit: float, usage: float = 0.0) -> Json:
    return {"metric": metric, "limit": limit, "usage": usage}


def granting(sent: Sent) -> Json:
    return {"permissions": sent.body["permissions"]}


REGION = [quota("CPUS", 24), quota("IN_USE_ADDRESSES", 8), quota("SSD_TOTAL_GB", 500)]


def answers(**more: list[Answer]) -> dict[str, list[Answer]]:
    return {
        "projects.get": [{"name": "shop-project", "quotas": [quota("CPUS_ALL_REGIONS", 32)]}],
        "images.getFromFamily": [{"name": "debian-12-v1"}],
        "machineTypes.aggregatedList": [ALL],
        "zones.list": [ZONES],
        "subnetworks.get": [subnet()],
        "regions.get": [{"quotas": REGION}],
        "disks.aggregatedList": [aggregated("disks", disk())],
        "addresses.list": [{"items": []}],
        "instances.aggregatedList": [aggregated("instances", instance())],
        "firewalls.list": [listed()],
        "instances.testIamPermissions": [granting],
        "disks.testIamPermissions": [granting],
        "firewalls.testIamPermissions": [granting],
        "subnetworks.testIamPermissions": [granting],
        **{name.replace("_", "."): given for name, given in more.items()},
    }


def need(cpu: int = 2, count: int = 2, market: str = "on-demand") -> Need:
    return Need(Requirement(cpu, GIB, None, "x86_64", market), "debian-12", count)  # type: ignore[arg-type]


def diagnose(wanted: Need | None = None, **more: list[Answer]) -> tuple[Finding, ...]:
    with serving(answers(**more)) as canned:
        found = Diagnosis(canned.calls, wanted or need()).run()
        verbs = [one.operation.partition(".")[2] for one in canned.sent]
    assert not any(verb.startswith(("insert", "delete", "patch", "set")) for verb in verbs)
    return found


def of(found: tuple[Finding, ...], check: str) -> dict[str, Finding]:
    return {one.subject: one for one in found if one.check == check}


def test_all_is_well() -> None:
    found = diagnose()
    assert {one.check for one in found} == set(CHECKS)
    assert {one.verdict for one in found} == {"ok", "unknown"}
    assert all(not one.advice for one in found if one.verdict == "ok")
    assert set(of(found, "permission")) == EVERY
    untold = [name for name, one in of(found, "permission").items() if one.verdict == "unknown"]
    assert sorted(untold) == [
        "compute.addresses.delete",
        "compute.addresses.get",
        "compute.globalOperations.get",
        "compute.networks.updatePolicy",
        "compute.regionOperations.get",
        "compute.zoneOperations.get",
    ]
    said = {name: one.message for name, one in of(found, "quota").items()}
    assert said == {
        "CPUS": "0 in use and 4 wanted of 24",
        "IN_USE_ADDRESSES": "0 in use and 2 wanted of 8",
        "SSD_TOTAL_GB": "0 in use and 40 wanted of 500",
        "CPUS_ALL_REGIONS": "0 in use and 4 wanted of 32",
    }


def test_a_permission_that_is_missing_is_told_by_name() -> None:
    found = diagnose(instances_testIamPermissions=[{"permissions": ["compute.instances.get"]}])
    told = of(found, "permission")
    assert told["compute.instances.get"].verdict == "ok"
    assert told["compute.instances.create"].verdict == "failed"
    assert "docs/permissions.md" in told["compute.instances.create"].advice


def test_a_list_that_is_refused_is_a_permission_that_is_missing() -> None:
    told = of(diagnose(disks_aggregatedList=[FORBIDDEN]), "permission")
    assert told["compute.disks.list"].verdict == "failed"


def test_what_cannot_be_asked_is_unknown_and_says_why() -> None:
    told = of(
        diagnose(
            instances_aggregatedList=[aggregated("instances")],
            firewalls_testIamPermissions=[NOT_FOUND],
        ),
        "permission",
    )
    assert told["compute.instances.create"].verdict == "unknown"
    assert "exists" in told["compute.instances.create"].message
    assert told["compute.firewalls.create"].verdict == "unknown"


@pytest.mark.parametrize(
    ("limit", "usage", "verdict"), [(24, 20, "ok"), (24, 22, "warning"), (3, 0, "failed")]
)
def test_quota(limit: float, usage: float, verdict: str) -> None:
    limits = [quota("CPUS", limit, usage), *REGION[1:]]
    found = of(diagnose(regions_get=[{"quotas": limits}]), "quota")["CPUS"]
    assert found.verdict == verdict
    assert bool(found.advice) == (verdict != "ok")


@pytest.mark.parametrize(("limit", "metric"), [(0, "CPUS"), (50, "PREEMPTIBLE_CPUS")])
def test_spot_has_a_quota_of_its_own_where_there_is_one(limit: float, metric: str) -> None:
    limits = [*REGION, quota("PREEMPTIBLE_CPUS", limit)]
    found = of(diagnose(need(market="spot"), regions_get=[{"quotas": limits}]), "quota")
    assert metric in found


def test_nobody_is_signed_in() -> None:
    found = diagnose(projects_get=[error("authError", "Invalid Credentials", 401)])
    assert [(one.check, one.verdict) for one in found] == [
        ("credentials", "failed"),
        ("clock", "ok"),
    ]


@pytest.mark.parametrize(("off", "verdict"), [(0, "ok"), (100, "warning"), (-900, "failed")])
def test_the_clock(off: float, verdict: str) -> None:
    late = Raw(
        403,
        '{"error": {"code": 403, "message": "No.", "errors": [{"reason": "forbidden"}]}}',
        {"Date": formatdate(time.time() + off, usegmt=True)},
    )
    (clock,) = of(diagnose(projects_get=[late]), "clock").values()
    assert clock.verdict == verdict


def test_what_is_missing_is_told_as_findings() -> None:
    found = diagnose(
        need(cpu=512),
        images_getFromFamily=[NOT_FOUND],
        subnetworks_get=[NOT_FOUND],
        regions_get=[FORBIDDEN],
    )
    verdicts = {
        one.check: one.verdict for one in found if one.check in ("image", "size", "network")
    }
    assert verdicts == {"image": "failed", "size": "failed", "network": "failed"}
    assert {one.verdict for one in of(found, "quota").values()} == {"unknown"}
