"""The table of `longshore doctor`."""

from __future__ import annotations

from orchestrator.reporting.doctor import CheckRow, DoctorReport, table
from tests.unit.reporting.conftest import DOCTOR


def test_the_table_has_a_line_for_each_finding_and_its_advice_below() -> None:
    assert list(table(DOCTOR)) == [
        "WHERE          CHECK       SUBJECT           VERDICT  FOUND",
        "this machine   git         /shop             ok       at commit d7e7f48",
        "aws us-east-1  permission  2 calls           ok       allowed",
        "aws us-east-1  permission  ec2:RunInstances  failed   not allowed",
        "  advice: grant it",
        "aws us-east-1  clock       this machine      unknown  AWS did not tell",
        "5 checks: 1 failed, 1 unknown, 3 ok",
    ]


def test_permissions_that_cannot_be_asked_for_share_a_line_and_failures_do_not() -> None:
    rows = [
        CheckRow("gcp eu", "permission", f"compute.{name}", verdict, said, advice)
        for name, verdict, said, advice in (
            ("a", "unknown", "nobody tells", ""),
            ("b", "failed", "not allowed", "grant it"),
            ("c", "unknown", "nobody tells", ""),
            ("d", "failed", "not allowed", "grant it"),
        )
    ]
    assert list(table(DoctorReport(tuple(rows))))[1:] == [
        "gcp eu  permission  compute.a + 1  unknown  nobody tells",
        "gcp eu  permission  compute.b      failed   not allowed",
        "  advice: grant it",
        "gcp eu  permission  compute.d      failed   not allowed",
        "  advice: grant it",
        "4 checks: 2 failed, 2 unknown",
    ]


def test_nothing_looked_into_is_a_count_of_none() -> None:
    assert list(table(DoctorReport(())))[-1] == "0 checks: "


def test_where_columns_find_no_room_each_place_is_a_paragraph() -> None:
    assert list(table(DOCTOR, 50)) == [
        "this machine",
        "  ok       git         /shop: at commit d7e7f48",
        "aws us-east-1",
        "  ok       permission  2 calls: allowed",
        "  failed   permission  ec2:RunInstances: not",
        "                       allowed",
        "                       advice: grant it",
        "  unknown  clock       this machine: AWS did not",
        "                       tell",
        "5 checks: 1 failed, 1 unknown, 3 ok",
    ]


def test_columns_stay_where_they_find_room() -> None:
    assert list(table(DOCTOR, 80)) == list(table(DOCTOR))
