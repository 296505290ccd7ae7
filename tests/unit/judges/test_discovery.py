"""The judge of Compute Engine's traffic finds every seeded fault, and nothing in what is right."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.judges.allowed import ALLOWED, LONGEST, not_allowed
from tests.judges.discovery import compute
from tests.judges.traffic import Exchange

ZONE = "/compute/v1/projects/shop/zones/us-central1-a"
INSERT = Exchange(
    "gce",
    "POST",
    f"{ZONE}/instances",
    {"requestId": "9d3ac4a9-6a21-4b2b-8f0b-c9b2f2d9a111", "alt": "json"},
    {
        "name": "one",
        "machineType": "zones/us-central1-a/machineTypes/e2-small",
        "labels": {"app": "shop"},
        "tags": {"items": ["web"]},
        "scheduling": {"provisioningModel": "SPOT", "preemptible": True},
        "disks": [{"boot": True, "initializeParams": {"diskSizeGb": "10"}}],
        "networkInterfaces": [{"accessConfigs": [{"natIP": "203.0.113.7"}]}],
        "metadata": {"items": [{"key": "user-data", "value": "<8 characters>"}]},
    },
    200,
    {"kind": "compute#operation", "id": "12", "name": "operation-1", "status": "PENDING"},
)
LIST = Exchange(
    "gce",
    "GET",
    f"{ZONE}/instances",
    {"filter": "labels.app=shop", "maxResults": "2"},
    None,
    200,
    {"kind": "compute#instanceList", "items": [{"name": "one", "status": "RUNNING"}]},
)
REFUSED = replace(
    LIST,
    status=404,
    response={
        "error": {
            "code": 404,
            "message": "not there",
            "errors": [{"message": "not there", "domain": "global", "reason": "notFound"}],
        }
    },
)


@pytest.mark.parametrize("exchange", [INSERT, LIST, REFUSED], ids=["insert", "list", "refused"])
def test_what_is_right_passes(exchange: Exchange) -> None:
    assert compute().judge(exchange) == []


def put(name: str, value: Any, *path: str | int) -> Callable[[Any], None]:
    """Sets a member at a path of the document."""

    def change(document: Any) -> None:
        for step in path:
            document = document[step]
        document[name] = value

    return change


def rename(old: str, new: str, *path: str | int) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path:
            document = document[step]
        document[new] = document.pop(old)

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (rename("natIP", "natIp", "networkInterfaces", 0, "accessConfigs", 0), "[0].natIp"),
        (put("provisioningModel", "Spot", "scheduling"), ".provisioningModel"),
        (put("diskSizeGb", 10, "disks", 0, "initializeParams"), ".diskSizeGb"),
        (rename("items", "item", "tags"), "tags.item"),
        (put("name", "Bad_Name"), "request.name"),
        (put("labels", {"app": 1}), "labels.app"),
        (put("selfLink", "https://example.com"), "request.selfLink"),
        (put("status", "RUNNING"), "request.status"),
        (put("disks", {}), "request.disks"),
        (put("canIpForward", "true"), "request.canIpForward"),
    ],
)
def test_seeded_faults_of_a_request_are_found(change: Callable[[Any], None], place: str) -> None:
    body = copy.deepcopy(INSERT.request)
    change(body)
    found = compute().judge(replace(INSERT, request=body))
    assert any(place in violation.place for violation in found), found


@pytest.mark.parametrize(
    ("exchange", "place"),
    [
        (replace(INSERT, query={"clientToken": "x"}), "?clientToken"),
        (replace(LIST, query={"maxResults": "many"}), "?maxResults"),
        (replace(LIST, path=f"{ZONE}/instance"), "GET"),
        (replace(LIST, path=f"{ZONE}/instances/Bad_Name"), "path instance"),
        (replace(LIST, method="PUT"), "PUT"),
        (replace(INSERT, request=None), "request"),
        (replace(LIST, request={}), "request"),
    ],
)
def test_seeded_faults_around_a_body_are_found(exchange: Exchange, place: str) -> None:
    found = compute().judge(exchange)
    assert any(place in violation.place for violation in found), found


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (put("status", "SUCCEEDED"), "200.status"),
        (put("id", 12), "200.id"),
        (put("id", "-1"), "200.id"),
        (put("progress", "100"), "200.progress"),
        (put("error", {"errors": [{"Code": "X"}]}), "errors[0].Code"),
        (put("httpErrorStatusCode", True), "200.httpErrorStatusCode"),
    ],
)
def test_seeded_faults_of_an_answer_are_found(change: Callable[[Any], None], place: str) -> None:
    body = copy.deepcopy(INSERT.response)
    change(body)
    found = compute().judge(replace(INSERT, response=body))
    assert any(place in violation.place for violation in found), found


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (put("code", "404", "error"), "error.code"),
        (put("code", 400, "error"), "error.code"),
        (put("errors", [], "error"), "error.errors"),
        (put("reason", "x", "error"), "error.reason"),
    ],
)
def test_seeded_faults_of_an_error_are_found(change: Callable[[Any], None], place: str) -> None:
    body = copy.deepcopy(REFUSED.response)
    change(body)
    found = compute().judge(replace(REFUSED, response=body))
    assert any(place in violation.place for violation in found), found


def test_a_call_that_was_never_answered_is_judged_by_its_request() -> None:
    lost = replace(INSERT, status=0, response=None)
    assert compute().judge(lost) == []
    assert compute().judge(replace(lost, query={"colour": "red"}))


def test_what_is_overlooked_is_short_and_says_why() -> None:
    assert len(ALLOWED) <= LONGEST
    assert all(entry.why for entry in ALLOWED)
    gcloud = replace(LIST, query={"returnPartialSuccess": "True"})
    assert not_allowed(compute().judge(gcloud)) == []
    assert not_allowed(compute().judge(replace(LIST, query={"colour": "red"})))
