"""A machine that stands: found, its labels, its published keys, its console."""

from __future__ import annotations

import pytest

from providers.contract.errors import (
    ForeignResourceError,
    InvalidRequestError,
    TransientError,
)
from providers.gcp.instances import to_machine
from providers.gcp.machines import (
    console_output,
    find_machine,
    host_keys,
    set_tags,
)
from tests.unit.gcp.canned import (
    NOT_FOUND,
    OURS,
    Canned,
    Raw,
    aggregated,
    answers,
    error,
    instance,
    operation,
    running,
    serving,
)
from tests.unit.gcp.requests import OWNER, TOKEN


def test_a_machine_is_found_by_its_labels_in_the_region_alone() -> None:
    elsewhere = {"zones/us-central2-a": {"instances": [instance(name="other")]}}
    with serving(
        {"instances.aggregatedList": [aggregated("instances", instance(), more=elsewhere)]}
    ) as canned:
        found = find_machine(canned.calls, TOKEN, OWNER)
    assert found is not None and found.id == f"us-central1-a/{TOKEN}"
    assert canned.sent[0].query["filter"] == (
        f'(labels.longshore-token = "{TOKEN}") (labels.longshore-project = "shop") '
        '(labels.longshore-environment = "production")'
    )
    with serving({"instances.aggregatedList": [aggregated("instances")]}) as canned:
        assert find_machine(canned.calls, TOKEN, OWNER) is None


def _machine(canned: Canned) -> None:
    from google.cloud.compute_v1.types import compute

    found = compute.Instance.from_json(__import__("json").dumps(instance()))
    machine = to_machine(found, "us-central1")
    set_tags(canned.calls, machine, {"longshore-trust": "rotated", "longshore-machine": None})


def test_labels_are_set_as_a_whole_under_their_fingerprint() -> None:
    with serving(
        answers(
            instances_get=[instance()],
            instances_setLabels=[running()],
            zoneOperations_wait=[operation()],
        )
    ) as canned:
        _machine(canned)
    (body,) = canned.bodies("instances.setLabels")
    wanted = {key: value for key, value in OURS.items() if key != "longshore-machine"}
    assert body == {"labels": {**wanted, "longshore-trust": "rotated"}, "labelFingerprint": "abc="}


def test_labels_changed_by_another_are_read_again() -> None:
    stale = error(
        "conditionNotMet",
        "Labels fingerprint either invalid or resource labels have changed",
        412,
    )
    with serving(
        answers(
            instances_get=[instance(), instance(labelFingerprint="new=")],
            instances_setLabels=[stale, running()],
            zoneOperations_wait=[operation()],
        )
    ) as canned:
        _machine(canned)
    assert [body["labelFingerprint"] for body in canned.bodies("instances.setLabels")] == [
        "abc=",
        "new=",
    ]


def test_labels_that_cannot_be_read_are_not_asked_for_without_end() -> None:
    with (
        serving(answers(instances_get=[Raw(503)])) as canned,
        pytest.raises(TransientError),
    ):
        _machine(canned)
    assert len(canned.sent) == 8


def test_labels_of_what_is_not_ours_are_left_alone() -> None:
    with (
        serving(answers(instances_get=[instance(labels={})])) as canned,
        pytest.raises(ForeignResourceError),
    ):
        _machine(canned)
    with (
        serving(answers(instances_get=[NOT_FOUND])) as canned,
        pytest.raises(InvalidRequestError),
    ):
        _machine(canned)


def _some(canned: Canned) -> object:
    from google.cloud.compute_v1.types import compute

    return to_machine(
        compute.Instance.from_json(__import__("json").dumps(instance())), canned.calls.region
    )


def test_host_keys_come_from_the_guest_attributes() -> None:
    items = [
        {"namespace": "hostkeys", "key": "ssh-ed25519", "value": "AAAAC3Nza\n"},
        {"namespace": "hostkeys", "key": "ecdsa-sha2-nistp256", "value": "AAAAE2Vj"},
    ]
    with serving(
        answers(instances_getGuestAttributes=[NOT_FOUND, {"queryValue": {"items": items}}])
    ) as canned:
        machine = _some(canned)
        assert host_keys(canned.calls, machine) == ()  # type: ignore[arg-type]
        assert host_keys(canned.calls, machine) == (  # type: ignore[arg-type]
            "ecdsa-sha2-nistp256 AAAAE2Vj",
            "ssh-ed25519 AAAAC3Nza",
        )
    assert canned.sent[0].query == {"queryPath": "hostkeys/"}


def test_a_machine_that_may_publish_nothing_has_no_host_keys() -> None:
    disabled = error("conditionNotMet", "Guest attributes endpoint access is disabled.", 412)
    with serving(answers(instances_getGuestAttributes=[disabled])) as canned:
        assert host_keys(canned.calls, _some(canned)) == ()  # type: ignore[arg-type]


def test_the_console_is_empty_where_there_is_no_machine() -> None:
    with serving(
        answers(instances_getSerialPortOutput=[{"contents": "Booting\n", "start": "0"}, NOT_FOUND])
    ) as canned:
        machine = _some(canned)
        assert console_output(canned.calls, machine) == "Booting\n"  # type: ignore[arg-type]
        assert console_output(canned.calls, machine) == ""  # type: ignore[arg-type]
