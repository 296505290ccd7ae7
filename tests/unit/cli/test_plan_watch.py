"""Whether a run had anything to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.cli.plan_watch import PlanWatch
from orchestrator.reporting.events import PlannedChange, PlanReady
from orchestrator.reporting.sink import Envelope

OPENED = PlanReady((PlannedChange("update", "firewall", "us", "us"),), unknown=("us-1",))
UNKNOWN = PlanReady((), unknown=("us-1",))
KEPT = PlanReady((PlannedChange("none", "machine", "us-1"),))


@pytest.mark.parametrize(
    ("plans", "empty"),
    [
        ((), False),
        ((KEPT,), True),
        ((UNKNOWN,), False),
        ((UNKNOWN, KEPT), True),
        ((OPENED, KEPT), False),
    ],
    ids=["no plan", "kept", "unknown", "unknown, then kept", "opened SSH, then kept"],
)
def test_a_run_without_changes(plans: tuple[PlanReady, ...], empty: bool) -> None:
    watch = PlanWatch()
    for plan in plans:
        watch.render(Envelope(datetime.now(UTC), 0.0, plan))
    assert watch.empty is empty
