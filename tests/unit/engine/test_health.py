"""What one look at a container means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.engine.containers import exit_status, health_of
from orchestrator.engine.health import SETTLE_POLLS, Verdict, judge, patience
from orchestrator.engine.inspection import Check, Inspection, check_of
from orchestrator.spec.model import Probe

RUNS = Inspection("1", "running", 0, False, "", 0, "", "", "172.17.0.2", 0)
PROBE = Probe("web", "tcp", 80)


@pytest.mark.parametrize(
    ("seen", "steady", "verdict"),
    [
        (RUNS, 1, Verdict(False, False, "running, being watched for a moment")),
        (RUNS, SETTLE_POLLS, Verdict(True, False, "running")),
        (replace(RUNS, status="created"), 9, Verdict(False, False, "it is created")),
        (replace(RUNS, health="healthy"), 1, Verdict(True, False, "healthy")),
        (
            replace(RUNS, health="starting"),
            99,
            Verdict(False, False, "its health check has not passed yet"),
        ),
        (replace(RUNS, health="unhealthy"), 1, Verdict(False, True, "its health check failed")),
        (
            replace(RUNS, status="exited", exit_code=3),
            1,
            Verdict(False, True, "it exited with status 3"),
        ),
        (
            replace(RUNS, restarts=1, exit_code=2),
            1,
            Verdict(False, True, "it restarts (it exited with status 2)"),
        ),
        (
            replace(RUNS, status="exited", exit_code=137, oom_killed=True),
            1,
            Verdict(False, True, "it was killed for using more memory than its limit"),
        ),
        (
            replace(RUNS, status="exited", exit_code=137, memory_limit=16 * 1024 * 1024),
            1,
            Verdict(
                False,
                True,
                "it was killed (status 137), most likely at its memory limit of 16 MiB",
            ),
        ),
        (
            replace(RUNS, status="exited", exit_code=127, error="no such file"),
            1,
            Verdict(False, True, "it did not start: no such file"),
        ),
    ],
)
def test_without_a_probe(seen: Inspection, steady: int, verdict: Verdict) -> None:
    assert judge(seen, restarts_before=0, steady=steady, probe=None) == verdict


def test_a_probe_decides_only_where_the_container_has_no_check_of_its_own() -> None:
    assert judge(RUNS, restarts_before=0, steady=99, probe=PROBE) is None
    own = judge(replace(RUNS, health="starting"), restarts_before=0, steady=1, probe=PROBE)
    assert own is not None
    assert not own.well


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("Up 3 minutes", "none"),
        ("Up 3 minutes (healthy)", "healthy"),
        ("Up 2 seconds (health: starting)", "starting"),
        ("Up 1 second (unhealthy)", "unhealthy"),
        ("Exited (1) 2 hours ago", "none"),
    ],
)
def test_health_out_of_a_listing(status: str, health: str) -> None:
    assert health_of(status) == health


@pytest.mark.parametrize("policy", ["no", "on-failure"])
def test_a_container_that_is_meant_to_end_is_well_when_it_ended_well(policy: str) -> None:
    ended = replace(RUNS, status="exited", restart=policy)
    done = judge(ended, restarts_before=0, steady=1, probe=None)
    assert done == Verdict(True, False, "it has ended well")
    failed = judge(replace(ended, exit_code=1), restarts_before=0, steady=1, probe=None)
    assert failed == Verdict(False, True, "it exited with status 1")


@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
def test_a_container_that_is_to_run_for_ever_is_not_well_when_it_ended(policy: str) -> None:
    ended = replace(RUNS, status="exited", restart=policy)
    verdict = judge(ended, restarts_before=0, steady=1, probe=None)
    assert verdict == Verdict(False, True, "it exited with status 0")


def test_what_is_probed_must_not_end() -> None:
    ended = replace(RUNS, status="exited", restart="no")
    verdict = judge(ended, restarts_before=0, steady=1, probe=PROBE)
    assert verdict == Verdict(False, True, "it exited with status 0")


def test_a_health_check_is_given_the_time_it_needs_to_fail() -> None:
    check = Check(start_period=120, interval=5, timeout=2, retries=4)
    assert patience(replace(RUNS, check=check), 60) == 120 + 4 * (5 + 2) + 15
    assert patience(RUNS, 60) == 60


def test_a_health_check_is_read_as_the_engine_runs_it() -> None:
    assert check_of(None) is None
    assert check_of({"Test": ["NONE"], "Interval": 10**9}) is None
    assert check_of({"Test": ["CMD", "true"], "StartPeriod": 120 * 10**9}) == Check(
        start_period=120, interval=30, timeout=30, retries=3
    )


@pytest.mark.parametrize(
    ("status", "code"),
    [("Exited (0) 2 hours ago", 0), ("Exited (137) 1 second ago", 137), ("Up 2 hours", None)],
)
def test_exit_status_out_of_a_listing(status: str, code: int | None) -> None:
    assert exit_status(status) == code
