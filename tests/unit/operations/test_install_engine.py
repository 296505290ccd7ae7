"""What is told of a playbook's two runs: at boot, and over SSH."""

from __future__ import annotations

from orchestrator.machines.report import StepReport
from orchestrator.operations.install_engine import InstallEngine, StepTeller
from orchestrator.reporting.events import OperationProgress, StepReported
from orchestrator.reporting.sink import Recorder

INSTALL = InstallEngine(name="us-1", target="us", os="debian-12", new=True)


def told(*steps: StepReport) -> list[tuple[str, str]]:
    recorder = Recorder()
    teller = StepTeller(INSTALL, recorder)
    for step in steps:
        teller.tell(step)
    return [
        (event.step, event.status) if isinstance(event, StepReported) else ("", event.message)
        for event in recorder.events
        if isinstance(event, StepReported | OperationProgress)
    ]


def test_a_step_done_at_boot_is_told_once() -> None:
    steps = told(
        StepReport("docker-packages", "boot", "running"),
        StepReport("docker-packages", "boot", "changed", 8.0),
        StepReport("selinux", "boot", "skipped"),
        StepReport("", "ssh", "waiting"),
        StepReport("docker-packages", "ssh", "ok"),
        StepReport("selinux", "ssh", "skipped"),
        StepReport("", "ssh", "done"),
    )
    assert steps == [
        ("", "docker-packages running"),
        ("docker-packages", "changed"),
        ("selinux", "skipped"),
        ("", "waiting"),
    ]


def test_what_the_second_run_had_to_do_is_told() -> None:
    steps = told(
        StepReport("docker-start", "boot", "changed"),
        StepReport("docker-start", "ssh", "changed"),
        StepReport("docker-group", "boot", "skipped"),
        StepReport("docker-group", "ssh", "failed"),
        StepReport("docker-config", "boot", "failed"),
        StepReport("docker-config", "ssh", "ok"),
    )
    assert steps == [
        ("docker-start", "changed"),
        ("docker-start", "changed"),
        ("docker-group", "skipped"),
        ("docker-group", "failed"),
        ("docker-config", "failed"),
        ("docker-config", "ok"),
    ]


def test_without_a_run_at_boot_every_step_is_told() -> None:
    steps = told(
        StepReport("docker-packages", "ssh", "ok"), StepReport("docker-start", "ssh", "changed")
    )
    assert steps == [("docker-packages", "ok"), ("docker-start", "changed")]
