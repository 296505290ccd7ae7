"""Where a target's machines may be: lists of providers and regions."""

from __future__ import annotations

import pytest

from orchestrator.spec.resolved import render_resolved
from providers.contract.types import Place

BIG = "size: {cpu: 2, memory: 4GiB}"


@pytest.fixture(autouse=True)
def three_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed beside the tests."""
    there = ("aws", "azure", "gcp")
    monkeypatch.setattr("providers.contract.registry.provider_names", lambda: there)


def written(keys: str) -> str:
    return f"name: shop\ntarget: {{{keys}}}\n"


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        (f"provider: aws, region: us-east-1, {BIG}", [("aws", "us-east-1")]),
        (f"provider: [aws], region: [us-east-1], {BIG}", [("aws", "us-east-1")]),
        (
            "provider: aws, region: [eu-west-1, us-east-1], size: t3.small",
            [("aws", "eu-west-1"), ("aws", "us-east-1")],
        ),
        (
            f"provider: [gcp, azure], region: [europe-west1, westeurope], {BIG}",
            [("gcp", "europe-west1"), ("azure", "westeurope")],
        ),
        (
            "provider: [aws, aws], region: [us-east-1, us-west-2], size: t3.small",
            [("aws", "us-east-1"), ("aws", "us-west-2")],
        ),
    ],
)
def test_the_places_in_the_order_to_try_them(
    files, keys: str, places: list[tuple[str, str]]
) -> None:
    (target,) = files.load(written(keys)).targets
    assert target.places == tuple(Place(*place) for place in places)
    assert (target.provider, target.region) == places[0]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            f"provider: [aws, gcp], region: us-east-1, {BIG}",
            "longshore.yaml:2:32: target.region: there are 2 providers and 1 region, so nobody "
            "can say which region is whose; write provider: [aws, gcp], region: [us-east-1, ...]: "
            "a region for each provider, in the same order",
        ),
        (
            f"provider: [aws, gcp], region: [a, b, c], {BIG}",
            "longshore.yaml:2:32: target.region: there are 2 providers and 3 regions, so nobody "
            "can say which region is whose; write provider: [aws, gcp], region: [a, b]: "
            "a region for each provider, in the same order",
        ),
        (
            f"provider: aws, region: [us-east-1, us-east-1], {BIG}",
            "longshore.yaml:2:45: target.region[1]: aws us-east-1 is named twice; "
            "remove one of them",
        ),
        (
            "provider: [aws, gcp], region: [us-east-1, europe-west1], size: t3.small",
            "longshore.yaml:2:73: target.size: a machine type is one provider's word, and this "
            "target has aws and gcp; write the size as {cpu: 2, memory: 4GiB}",
        ),
        (
            f"provider: aws, region: [us-east-1, us-west-2], zone: us-east-1a, {BIG}",
            "longshore.yaml:2:57: target.zone: a zone belongs to one place, and this target may "
            "be in 2; remove it, or make a target for each place",
        ),
        (
            f"provider: aws, region: [us-east-1, us-west-2], subnet: subnet-1, {BIG}",
            "longshore.yaml:2:57: target.subnet: a subnet belongs to one place, and this target "
            "may be in 2; remove it, or make a target for each place",
        ),
        (
            f"provider: aws, region: [us-east-1, US-West], {BIG}",
            "longshore.yaml:2:45: target.region[1]: expected a region such as us-east-1, "
            "europe-west1 or westeurope, not 'US-West'; regions are lower-case",
        ),
        (
            f"provider: [], region: us-east-1, {BIG}",
            "longshore.yaml:2:20: target.provider: expected a list of providers, not an empty list",
        ),
        (
            f"provider: [aws, asw], region: [us-east-1, us-west-2], {BIG}",
            "longshore.yaml:2:26: target.provider[1]: there is no provider 'asw'; "
            "did you mean 'aws'?",
        ),
    ],
)
def test_one_clear_error_for_anything_else(files, keys: str, message: str) -> None:
    assert files.complaints(written(keys)) == [message]


def test_a_target_with_several_places_is_shown_as_it_can_be_written(files) -> None:
    keys = f"provider: [gcp, azure], region: [europe-west1, westeurope], {BIG}"
    project = files.load(written(keys))
    again = files.load(f"name: shop\n{targets_of(render_resolved(project))}")
    assert again.targets == project.targets


def test_regions_of_one_provider_name_it_once(files) -> None:
    project = files.load(written(f"provider: aws, region: [us-east-1, us-west-2], {BIG}"))
    assert "provider: aws\n    region:\n    - us-east-1\n" in render_resolved(project)


def targets_of(text: str) -> str:
    """The section `targets` of a resolved project."""
    return text[text.index("targets:") : text.index("placement:")]
