"""`longshore doctor` against the sandbox's clouds: what it says, and how it exits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rehearsal import Ran, Rehearsal

PLACES = {"aws us-east-1", "gcp europe-west1", "azure westeurope"}
TARGETS = """\
targets:
  us: {provider: aws, region: us-east-1, count: 2, size: {cpu: 2, memory: 4GiB}}
  eu: {provider: gcp, region: europe-west1, size: {cpu: 2, memory: 4GiB}}
  we: {provider: azure, region: westeurope, size: {cpu: 2, memory: 4GiB}}
"""


@pytest.fixture
def project(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    rehearsal.write_app()
    (rehearsal.folder / "longshore.yaml").write_text(f"name: {rehearsal.name}\n{TARGETS}")
    yield rehearsal
    rehearsal.sandbox.inject_faults([])


def _rows(ran: Ran) -> list[dict[str, Any]]:
    (report,) = ran.of("doctor-report")
    return list(report["rows"])


def test_three_clouds_are_well_and_nothing_is_changed(project: Rehearsal) -> None:
    before = len(project.changes())
    ran = project.run("doctor", "--output", "json").check()
    rows = _rows(ran)
    assert {row["where"] for row in rows} == PLACES | {"the project", "this machine"}
    assert {row["verdict"] for row in rows} <= {"ok", "unknown", "warning"}
    for place in PLACES:
        checks = {row["check"] for row in rows if row["where"] == place}
        assert {"credentials", "permission", "quota", "image", "size", "clock"} <= checks, place
    assert len(project.changes()) == before
    assert not (project.folder / ".longshore").exists()


def test_a_missing_permission_is_named_and_decides_the_exit_code(project: Rehearsal) -> None:
    refusal = {"service": "ec2", "action": "RunInstances", "code": "UnauthorizedOperation"}
    project.sandbox.inject_faults([{**refusal, "status": 403, "times": 9}])
    ran = project.run("doctor")
    assert ran.code == 4, ran.out
    assert "ec2:RunInstances" in ran.out
    assert "advice: grant ec2:RunInstances" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_without_any_credentials_it_says_so(project: Rehearsal) -> None:
    nothing = dict.fromkeys(project.sandbox.env(), "")
    project.extra_environment = {**nothing, "AWS_EC2_METADATA_DISABLED": "true"}
    ran = project.run("doctor", "--output", "json")
    assert ran.code == 4, ran.err
    failed = {row["where"] for row in _rows(ran) if row["verdict"] == "failed"}
    assert failed >= PLACES
