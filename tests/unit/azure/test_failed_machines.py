"""What fails after it was accepted: made once more where the reason passes, and told."""

from __future__ import annotations

import pytest

from providers.contract.errors import CapacityError, CloudError, TransientError
from tests.unit.azure.canned import Answer, Canned, accepted, ended_in, missing, succeeded, vm
from tests.unit.azure.test_machines import DELETE, EMPTY, GET, NICS, OPERATION, PUT, ensure


@pytest.mark.parametrize("shows", [True, False])
def test_a_failure_that_passes_is_made_once_more_and_told(shows: bool) -> None:
    failed = Answer(200, vm("Failed", "", failure="InternalExecutionError"))
    seen = [failed] if shows else [missing(), missing()]
    with Canned(
        {
            GET: [missing(), *seen, missing(), Answer(200, vm())],
            PUT: [accepted(vm("Creating"))],
            DELETE: [Answer(204)],
            OPERATION: [ended_in("InternalExecutionError", "try again")],
            **EMPTY,
            **NICS,
        }
    ) as canned:
        assert ensure(canned).state == "running"
    assert canned.keys.count(PUT) == 2
    assert [retry.reason for retry in canned.retries] == ["InternalExecutionError try again"]


def test_a_failure_that_does_not_pass_is_itself_the_second_time() -> None:
    failed = Answer(200, vm("Failed", "", failure="InternalExecutionError"))
    with (
        Canned(
            {
                GET: [missing(), failed, missing(), failed],
                PUT: [accepted(vm("Creating"))],
                DELETE: [Answer(204)],
                OPERATION: [ended_in("InternalExecutionError")],
                **EMPTY,
                **NICS,
            }
        ) as canned,
        pytest.raises(TransientError) as caught,
    ):
        ensure(canned)
    assert caught.value.code == "InternalExecutionError"
    assert canned.keys.count(PUT) == canned.keys.count(DELETE) == 2


@pytest.mark.parametrize(
    ("market", "expected", "told"),
    [
        ("spot", CapacityError, "taken back while it was made"),
        ("on-demand", TransientError, "deleted while it was made"),
    ],
)
def test_a_machine_that_goes_while_it_is_made_is_said_so(
    market: str, expected: type[CloudError], told: str
) -> None:
    with (
        Canned(
            {
                GET: [missing(), Answer(200, vm("Creating", "")), missing()],
                PUT: [accepted(vm("Creating"))],
                OPERATION: [succeeded()],
                **NICS,
            }
        ) as canned,
        pytest.raises(expected, match=told),
    ):
        ensure(canned, market=market)


def test_one_that_is_still_being_deleted_is_waited_for_and_told() -> None:
    with Canned(
        {
            GET: [Answer(200, vm("Deleting", "")), Answer(200, vm())],
            DELETE: [Answer(204)],
            PUT: [accepted(vm("Creating"))],
            **EMPTY,
            **NICS,
        }
    ) as canned:
        assert ensure(canned).state == "running"
    (retry,) = canned.retries
    assert "still being deleted" in retry.reason
