"""Changing tags where they stand."""

from __future__ import annotations

import pytest

from providers.azure.instances import Addresses, to_machine
from providers.azure.tagging import set_tags
from providers.contract.errors import ForeignResourceError, InvalidRequestError
from providers.contract.types import CloudMachine
from tests.unit.azure.canned import TOKEN, Answer, Canned, arm_error, id_of, vm

GET, PATCH = "GET virtualMachines/", "PATCH tags/"


def machine() -> CloudMachine:
    from azure.mgmt.compute.models import VirtualMachine

    return to_machine(VirtualMachine(vm()), "westeurope", Addresses())


def test_single_tags_change_and_others_stay() -> None:
    with Canned({GET: [Answer(200, vm())], PATCH: [Answer(200, {})]}) as canned:
        set_tags(
            canned.calls,
            machine(),
            {"longshore-trust": "rotated", "longshore-target": None, "not-there": None},
        )
    assert canned.bodies(PATCH) == [
        {"operation": "Merge", "properties": {"tags": {"longshore-trust": "rotated"}}},
        {"operation": "Delete", "properties": {"tags": {"longshore-target": "us"}}},
    ]
    scope = id_of("virtualMachines", TOKEN)
    assert canned.sent[1].path == f"{scope}/providers/Microsoft.Resources/tags/default"


def test_what_is_so_already_is_not_written() -> None:
    with Canned({GET: [Answer(200, vm())]}) as canned:
        set_tags(canned.calls, machine(), {"longshore-trust": "initial", "gone": None})
    assert canned.keys == [GET]


def test_a_machine_that_is_busy_is_waited_for() -> None:
    busy = arm_error("Conflict", "The request failed due to conflict", 409)
    with Canned(
        {GET: [Answer(200, vm())], PATCH: [busy, Answer(202, None, {"Location": "$/x/y/r/1"})],
         "GET r/": [Answer(202), Answer(200)]}
    ) as canned:  # fmt: skip
        set_tags(canned.calls, machine(), {"a": "b"})
    assert canned.keys.count(PATCH) == 2


def test_ours_only() -> None:
    with Canned({}) as canned, pytest.raises(InvalidRequestError, match="gone"):
        set_tags(canned.calls, machine(), {"a": "b"})
    with (
        Canned({GET: [Answer(200, vm(tags={"team": "b"}))]}) as canned,
        pytest.raises(ForeignResourceError),
    ):
        set_tags(canned.calls, machine(), {"a": "b"})
    assert canned.keys == [GET]
