"""Looking before anything is made: complete, harmless, and never an error."""

from __future__ import annotations

from collections.abc import Sequence

from providers.contract.errors import AuthError
from providers.contract.types import CHECKS, Finding, Need, Requirement
from tests.contract.needs import needs
from tests.contract.stage import Stage

GIB = 1024**3


def _need(stage: Stage, **changed: object) -> Need:
    requirement = Requirement(1, GIB, None, "x86_64", "on-demand")
    return Need(
        **{"requirement": requirement, "os": stage.facts.images[0][0], "count": 1, **changed}
    )  # type: ignore[arg-type]


def _check_form(findings: Sequence[Finding]) -> None:
    assert findings
    for finding in findings:
        assert finding.check in CHECKS, finding
        assert finding.subject, finding
        assert finding.message, finding
        assert finding.advice or finding.verdict in ("ok", "unknown"), finding
        assert finding.advice == "" or finding.verdict != "ok", finding


def test_all_is_well_where_all_is_well(stage: Stage) -> None:
    findings = stage.provider.diagnose(_need(stage))
    _check_form(findings)
    assert [finding for finding in findings if finding.verdict == "failed"] == []
    assert "ok" in {finding.verdict for finding in findings if finding.check == "credentials"}


@needs("makes machines")
def test_every_check_is_made(stage: Stage) -> None:
    findings = stage.provider.diagnose(_need(stage))
    assert {finding.check for finding in findings} == set(CHECKS)


@needs("calls")
def test_a_diagnosis_changes_nothing(stage: Stage) -> None:
    assert stage.changes(lambda: stage.provider.diagnose(_need(stage))) == []
    assert stage.kinds() == ()


@needs("makes machines")
def test_a_size_that_does_not_exist_is_a_finding(stage: Stage) -> None:
    wanted = Requirement(None, None, "no-such.type", "x86_64", "on-demand")
    findings = stage.provider.diagnose(_need(stage, requirement=wanted))
    _check_form(findings)
    assert "failed" in {finding.verdict for finding in findings if finding.check == "size"}


def test_a_system_that_there_is_no_image_of_is_a_finding(stage: Stage) -> None:
    findings = stage.provider.diagnose(_need(stage, os="plan9-4"))
    _check_form(findings)
    assert "failed" in {finding.verdict for finding in findings if finding.check == "image"}


@needs("subnets")
def test_a_subnet_that_does_not_exist_is_a_finding(stage: Stage) -> None:
    findings = stage.provider.diagnose(_need(stage, subnet=stage.facts.no_such_subnet))
    _check_form(findings)
    assert "failed" in {finding.verdict for finding in findings if finding.check == "network"}


@needs("faults", "makes machines")
def test_a_refused_read_is_a_finding_and_no_error(stage: Stage) -> None:
    for refusal in stage.facts.refusals[AuthError]:
        if refusal.late:
            continue
        stage.emulator.refuse("read sizes", refusal, times=1000)
        findings = stage.provider.diagnose(_need(stage))
        _check_form(findings)
        assert {finding.verdict for finding in findings} & {"failed", "unknown"}
