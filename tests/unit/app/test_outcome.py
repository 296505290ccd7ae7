"""After a failure: which targets are as wanted, and which are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestrator.app.outcome import outcomes, report, summary
from orchestrator.errors import LongshoreError
from orchestrator.execution.runner import Failure, Result
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.operations.trust_machine import TrustMachine
from orchestrator.reporting.events import Notice, Warned
from orchestrator.spec.model import Project, Size, Target
from providers.contract.types import Resource

US = Target(name="us", provider="aws", region="us-east-1", size=Size(cpu=2))
EU = replace(US, name="eu", provider="gcp", region="europe-west1", count=2)


def project(*targets: Target) -> Project:
    return Project(
        name="shop",
        environment="production",
        file=Path("longshore.yaml"),
        compose_file=Path("compose.yaml"),
        directory=Path(),
        targets=targets,
        services=(),
        volumes=(),
        placement={},
    )


def prepare(target: Target) -> PrepareTarget:
    return PrepareTarget(
        target=target,
        place=target.places[0],
        rules=(),
        public_key="",
        action="create",
        for_machines=True,
    )


def meet(name: str, target: Target) -> TrustMachine:
    return TrustMachine(name=name, target=target.name, new=True)


RESULT = Result(
    (Failure(prepare(EU), LongshoreError("no")),), False, (meet("eu-1", EU), meet("eu-2", EU))
)


def test_each_target_is_told_apart() -> None:
    assert list(report(outcomes(project(US, EU), RESULT))) == [
        Notice("target us (aws us-east-1) is as wanted"),
        Warned(
            "target eu (gcp europe-west1) is not: firewall eu in gcp europe-west1 failed, "
            "2 more steps not begun"
        ),
    ]


def test_the_last_line_says_it_in_a_few_words() -> None:
    assert summary(outcomes(project(US, EU), RESULT)) == (
        "not as wanted: eu (gcp europe-west1); as wanted: us (aws us-east-1)"
    )


def test_one_target_needs_no_telling_apart() -> None:
    found = outcomes(project(EU), RESULT)
    assert list(report(found)) == []
    assert summary(found) == ""


def test_a_resource_counts_for_its_target() -> None:
    firewall = Resource("firewall", "f", "f", "aws", "us-east-1", "us", {})
    result = Result((Failure(DestroyResource(resource=firewall), LongshoreError("no")),), False)
    assert [outcome.well for outcome in outcomes(project(US, EU), result)] == [False, True]


def test_what_goes_after_all_else_does_not_make_a_target_unwell() -> None:
    firewall = Resource("firewall", "f", "f", "aws", "us-east-1", "us", {})
    result = replace(RESULT, skipped=(DestroyResource(resource=firewall), *RESULT.skipped))
    found = outcomes(project(US, EU), result)
    assert next(report(found)) == Notice(
        "target us (aws us-east-1) is as wanted; one resource that it no longer needs stays "
        "until a run succeeds"
    )
    assert summary(found).endswith("; as wanted: us (aws us-east-1)")


def test_how_much_stays() -> None:
    def firewall(id: str) -> DestroyResource:
        return DestroyResource(resource=Resource("firewall", id, id, "aws", "us-east-1", "us", {}))

    result = replace(RESULT, skipped=(firewall("f"), firewall("g")))
    assert next(report(outcomes(project(US, EU), result))) == Notice(
        "target us (aws us-east-1) is as wanted; 2 resources that it no longer needs stay "
        "until a run succeeds"
    )


def test_what_a_removal_that_failed_kept_is_not_as_wanted() -> None:
    group = Resource("group", "g", "g", "azure", "westeurope", None, {})
    firewall = Resource("firewall", "f", "f", "aws", "us-east-1", "us", {})
    result = Result(
        (Failure(DestroyResource(resource=group), LongshoreError("no")),),
        False,
        (DestroyResource(resource=firewall),),
    )
    assert [outcome.well for outcome in outcomes(project(US, EU), result)] == [False, True]
