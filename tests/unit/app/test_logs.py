"""Which container stands for a service when its log is asked for."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.app.logs import readable
from orchestrator.engine.containers import Container

CURRENT = Container(
    id="1",
    name="shop-production-web",
    service="web",
    project="shop",
    environment="production",
    release="r1",
    config_hash="",
    image_id="",
    state="running",
    health="none",
    role="current",
)
FAILED = replace(CURRENT, id="2", name="shop-production-web-failed", role="failed", state="exited")
DB = replace(CURRENT, id="3", name="shop-production-db", service="db")


def test_what_runs_is_read_and_not_what_failed_before_it() -> None:
    assert readable((CURRENT, FAILED, DB), ()) == (CURRENT, DB)


def test_the_failed_one_is_read_where_nothing_took_its_place() -> None:
    assert readable((DB, FAILED), ()) == (DB, FAILED)


def test_only_the_services_that_were_named_are_read() -> None:
    assert readable((CURRENT, FAILED, DB), ("web",)) == (CURRENT,)


def test_what_a_killed_run_left_is_not_read() -> None:
    assert readable((replace(CURRENT, role="previous"),), ()) == ()
