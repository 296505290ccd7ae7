"""Filters of lists, in both notations."""

from __future__ import annotations

import pytest

from providers.sandbox.gce.fields import apply_fields
from providers.sandbox.gce.filters import read_filter
from providers.sandbox.rest.message import RestRefusal

ONE = {
    "name": "web-1",
    "status": "RUNNING",
    "labels": {"app": "shop", "longshore-project": "shop", "dotted.key": "x"},
    "cpus": 4,
    "scheduling": {"preemptible": True},
    "disks": [{"boot": False, "sizeGb": "10"}, {"boot": True, "sizeGb": "20"}],
}


@pytest.mark.parametrize(
    "text",
    [
        "labels.app=shop",
        "labels.app = shop",
        'labels.app = "shop"',
        "labels.app:*",
        "labels.app:shop",
        "name : web-*",
        "labels.longshore-project=shop labels.app=shop",
        "labels.longshore-project=shop AND labels.app=shop",
        "(labels.app = shop) (status = RUNNING)",
        "labels.app=other OR status=RUNNING",
        "name = web* AND NOT labels.nothing:*",
        "-labels.nothing:*",
        "status != TERMINATED",
        "name eq web-.*",
        "(name eq web-.*) (status ne TERMINATED)",
        "labels.app eq shop",
        # As gcloud writes `--filter=name=...`.
        r'name eq ".*\bweb\-1\b.*"',
        "scheduling.preemptible = true",
        "cpus > 2 AND cpus <= 4",
        "labels.dotted.key = x",
        "disks.sizeGb = 10",
    ],
)
def test_filters_that_match(text: str) -> None:
    assert read_filter(text)(ONE)


@pytest.mark.parametrize(
    "text",
    [
        "labels.app=sho",
        "labels.app=shop labels.longshore-project=other",
        "labels.nothing:*",
        "name : eb-*",
        "name eq web",
        "labels.app ne shop",
        "NOT status=RUNNING",
        "labels.nothing=x",
        "cpus < 4",
    ],
)
def test_filters_that_do_not_match(text: str) -> None:
    assert not read_filter(text)(ONE)


@pytest.mark.parametrize(
    "text",
    [
        "labels.app",
        "labels.app =",
        "= shop",
        "(labels.app = shop",
        "labels.app = shop)",
        "name eq [",
        "labels.app ~ shop",
        "(name eq a) (status = RUNNING)",
        '"open = x',
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(RestRefusal, match="Invalid list filter expression"):
        read_filter(text)


def test_a_field_mask_takes_its_part() -> None:
    assert apply_fields({"items": [ONE], "kind": "k"}, "items(name,labels/app),nextPageToken") == {
        "items": [{"name": "web-1", "labels": {"app": "shop"}}]
    }
    assert apply_fields({"items": {"z": {"n": 1, "m": 2}}}, "items/*/n") == {
        "items": {"z": {"n": 1}}
    }


@pytest.mark.parametrize("mask", ["items(", "items(name", ",", "a,,b", "a)"])
def test_what_is_no_mask_is_refused(mask: str) -> None:
    with pytest.raises(RestRefusal, match="Invalid field selection"):
        apply_fields({}, mask)
