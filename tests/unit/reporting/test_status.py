"""The table of `longshore status` in terminals of several widths."""

from __future__ import annotations

import pytest

from orchestrator.reporting.status import StatusReport, table
from tests.unit.reporting.conftest import STATUS


def test_what_finds_no_room_is_left_out_by_columns() -> None:
    assert list(table(STATUS, 55))[:5] == [
        "MACHINE  STATE    ADDRESS        PROVIDER  REGION",
        "us-1     running  198.51.100.23  aws       us-east-1",
        "  web     running  healthy  http://198.51.100.23:8080",
        "  worker  exited",
        "us-2     unknown  -              aws       us-east-1",
    ]


def test_no_more_is_left_out_than_must_be() -> None:
    header = next(iter(table(STATUS, 65)))
    assert header == "MACHINE  STATE    ADDRESS        PROVIDER  REGION     ZONE"
    services = [line for line in table(STATUS, 65) if line.startswith("  w")]
    assert services[0] == "  web     running  healthy  r2  http://198.51.100.23:8080"


@pytest.mark.parametrize("width", [None, 200])
def test_all_of_it_is_there_where_it_fits(width: int | None) -> None:
    assert list(table(STATUS, width)) == list(table(STATUS))


def test_no_machines_at_any_width() -> None:
    assert list(table(StatusReport(()), 20)) == ["no machines"]
