"""Trouble in one cloud leaves the other as wanted, and is told apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rehearsal import Rehearsal, page

DENIED = {
    "action": "instances.insert",
    "service": "gce",
    "status": 403,
    "code": "forbidden",
    "message": "Required 'compute.instances.create' permission.",
    "times": 20,
}
SILENT = {"action": "*", "service": "gce", "status": 403, "code": "forbidden", "times": 200}


@pytest.fixture
def two_clouds(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    """A target on AWS and one on Google Cloud, one machine each."""
    rehearsal.write_app()
    size = "size: {cpu: 2, memory: 4GiB}"
    (rehearsal.folder / "longshore.yaml").write_text(
        f"name: {rehearsal.name}\n"
        "targets:\n"
        f"  us: {{provider: aws, region: us-east-1, {size}}}\n"
        f"  eu: {{provider: gcp, region: europe-west1, {size}}}\n"
    )
    yield rehearsal
    rehearsal.sandbox.inject_faults([])
    rehearsal.down().check()
    assert states(rehearsal) == {"us-1": "absent", "eu-1": "absent"}


def states(rehearsal: Rehearsal) -> dict[str, str]:
    """What status says of each machine."""
    (report,) = rehearsal.run("status", "--output", "json").of("status-report")
    return {row["machine"]: row["state"] for row in report["rows"]}


def test_what_one_cloud_refuses_does_not_stop_the_other(two_clouds: Rehearsal) -> None:
    two_clouds.sandbox.inject_faults([DENIED])
    ran = two_clouds.up()
    assert ran.code == 4
    (url,) = ran.of("url-ready")
    assert (url["machine"], page(url["url"])) == ("us-1", "hello")
    (ended,) = ran.of("run-finished")
    assert "not as wanted: eu (gcp europe-west1); as wanted: us (aws us-east-1)" in ended["message"]
    assert states(two_clouds) == {"us-1": "running", "eu-1": "absent"}

    two_clouds.sandbox.inject_faults([])
    again = two_clouds.up().check()
    assert {event["machine"] for event in again.of("url-ready")} == {"us-1", "eu-1"}
    assert states(two_clouds) == {"us-1": "running", "eu-1": "running"}


def test_a_cloud_that_cannot_be_asked_is_unknown_and_stops_what_changes(
    two_clouds: Rehearsal,
) -> None:
    two_clouds.up().check()
    two_clouds.sandbox.inject_faults([SILENT])

    ran = two_clouds.run("status", "--output", "json")
    (report,) = ran.of("status-report")
    assert ran.code == 4
    assert {row["machine"]: row["state"] for row in report["rows"]} == {
        "us-1": "running",
        "eu-1": "unknown",
    }
    (silent,) = report["unanswered"]
    assert (silent["provider"], silent["region"]) == ("gcp", "europe-west1")

    before = len(two_clouds.changes())
    assert two_clouds.up().code == 4
    assert len(two_clouds.changes()) == before

    down = two_clouds.down()
    assert down.code == 4
    assert "gcp europe-west1 cannot be asked" in down.of("run-finished")[0]["message"]
    assert two_clouds.instances() == []
    two_clouds.sandbox.inject_faults([])
    assert states(two_clouds) == {"us-1": "absent", "eu-1": "running"}
