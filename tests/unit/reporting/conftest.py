"""A scripted run with every event type in it, and a sink with a clock that is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.reporting import events as ev
from orchestrator.reporting.doctor import CheckRow, DoctorReport
from orchestrator.reporting.masking import Masker
from orchestrator.reporting.sink import FanOut, Renderer
from orchestrator.reporting.status import (
    ServiceStatus,
    StatusReport,
    StatusRow,
    UnansweredPlace,
)

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MIB = 1024 * 1024

PLAN = ev.PlanReady(
    (
        ev.PlannedChange("create", "firewall", "longshore-shop-production-us", "us"),
        ev.PlannedChange("create", "machine", "us-1", "us", "us-1", "t3.small in us-east-1a"),
        ev.PlannedChange("create", "container", "web", "us", "us-1", "hello:latest"),
        ev.PlannedChange("none", "machine", "eu-1", "eu", "eu-1"),
        ev.PlannedChange("update", "container", "web", "eu", "eu-1", "image 3f2a to 9c1d"),
        ev.PlannedChange("delete", "container", "old", "eu", "eu-1"),
    ),
    ("port 8080 will be open to everyone",),
    ("eu-2",),
)

STATUS = StatusReport(
    (
        StatusRow(
            machine="us-1",
            target="us",
            provider="aws",
            region="us-east-1",
            zone="us-east-1a",
            type="t3.small",
            state="running",
            address="198.51.100.23",
            services=(
                ServiceStatus(
                    "web", "running", "healthy", "hello:1", "r2", "http://198.51.100.23:8080"
                ),
                ServiceStatus("worker", "exited", "", "hello:1", "r2"),
            ),
        ),
        StatusRow(
            machine="us-2",
            target="us",
            provider="aws",
            region="us-east-1",
            zone="us-east-1b",
            type="t3.small",
            state="unknown",
            address="",
            note="no answer on port 22 within 10 s",
        ),
    ),
    (UnansweredPlace("gcp", "europe-west1", "who are you", "sign in"),),
)

PLACE = "aws us-east-1"
DOCTOR = DoctorReport(
    (
        CheckRow("this machine", "git", "/shop", "ok", "at commit d7e7f48"),
        CheckRow(PLACE, "permission", "ec2:DescribeInstances", "ok", "allowed"),
        CheckRow(PLACE, "permission", "ec2:RunInstances", "failed", "not allowed", "grant it"),
        CheckRow(PLACE, "permission", "ec2:DescribeVolumes", "ok", "allowed"),
        CheckRow(PLACE, "clock", "this machine", "unknown", "AWS did not tell"),
    )
)

RUN: tuple[tuple[float, ev.Event], ...] = (
    (0.0, ev.RunStarted("up", "shop", "production", "0.1.0")),
    (1.2, PLAN),
    (1.5, ev.OperationStarted("b", "image", "hello")),
    (1.6, ev.BuildOutput("hello", "Step 1/3 : FROM scratch")),
    (1.7, ev.OperationStarted("m1", "machine", "us-1", "us-1", "t3.small in us-east-1a")),
    (2.0, ev.Retrying("aws RunInstances", "RequestLimitExceeded", 1, 1.25)),
    (2.1, ev.Fallback("us-east-1a", "us-east-1b", "InsufficientInstanceCapacity")),
    (2.2, ev.Skipped("host key rotation on us-2", "done in an earlier run")),
    (2.3, ev.Notice("this machine reaches the cloud from 203.0.113.7")),
    (2.4, ev.Warned("the disk is 91% full", "remove old images")),
    (2.5, ev.MachineAdopted("us-2", "i-0abc", "it carries our tags")),
    (9.0, ev.StepReported("us-1", "install docker", "changed", 6.25)),
    (9.1, ev.OperationFinished("m1", "machine", "us-1", "us-1", 7.4)),
    (9.2, ev.OperationStarted("i1", "image", "hello", "us-1")),
    (9.3, ev.OperationProgress("i1", "hello", "us-1", "sending 3 of 5 layers", 0, 12 * MIB)),
    (9.4, ev.OperationProgress("i1", "hello", "us-1", "sending 3 of 5 layers", MIB, 12 * MIB)),
    (19.4, ev.OperationProgress("i1", "hello", "us-1", "sending 3 of 5 layers", 9 * MIB, 12 * MIB)),
    (20.0, ev.OperationFinished("i1", "image", "hello", "us-1", 10.8, changed=False)),
    (20.1, ev.OperationStarted("c1", "container", "web", "us-1")),
    (
        50.3,
        ev.OperationFailed(
            "c1",
            "container",
            "web",
            "us-1",
            30.2,
            "not healthy within 30 s",
            "read the log above",
            ("\x1b[31mTraceback\x1b[0m (most recent call last):", "  KeyError: 'DB'"),
        ),
    ),
    (50.4, ev.UrlReady("web", "eu-1", "http://198.51.100.23:8080")),
    (50.5, ev.ServiceLog("us-1", "web", "listening on 8080")),
    (50.6, STATUS),
    (50.6, DOCTOR),
    (50.7, ev.Stopping("SIGINT", "stopping at the next safe point")),
    (51.0, ev.RunFinished("failed", 51.0, 1, "not healthy within 30 s", "read the log above")),
)

Play = Callable[..., None]


@pytest.fixture
def scripted() -> tuple[tuple[float, ev.Event], ...]:
    return RUN


@pytest.fixture
def play() -> Play:
    """Send events through a sink to one renderer, each at its scripted time."""

    def run(
        renderer: Renderer,
        events: Sequence[tuple[float, ev.Event]] = RUN,
        secrets: Sequence[str] = (),
    ) -> None:
        clock = [0.0]
        sink = FanOut(
            (renderer,),
            Masker(secrets),
            now=lambda: START + timedelta(seconds=clock[0]),
            monotonic=lambda: clock[0],
        )
        for elapsed, event in events:
            clock[0] = elapsed
            sink.emit(event)
        sink.close()

    return run
