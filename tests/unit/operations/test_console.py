"""The console of a machine that cannot be reached, in the error that says so."""

from __future__ import annotations

from typing import cast

import pytest

from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.errors import Unreachable
from orchestrator.operations.console import with_console
from providers.contract.errors import AuthError, CloudError
from providers.contract.provider import Provider
from providers.contract.types import CloudMachine

MACHINE = CloudMachine(
    id="i-1",
    name="us-1",
    target="us",
    provider="aws",
    region="us-east-1",
    zone="us-east-1a",
    type="t3.small",
    state="running",
    address="192.0.2.1",
    private_address=None,
    token="us-1-abc",
    created="",
    tags={},
)
DENIED = AuthError(
    "not allowed", provider="aws", operation="GetConsoleOutput", code="UnauthorizedOperation"
)


class Printed:
    """A provider whose machines printed this, or whose console cannot be read."""

    def __init__(self, said: str | CloudError) -> None:
        self._said = said

    def console_output(self, machine: CloudMachine) -> str:
        assert machine is MACHINE
        if isinstance(self._said, CloudError):
            raise self._said
        return self._said


@pytest.mark.parametrize(
    ("said", "details"),
    [
        (
            "".join(f"[    {n}.0] line {n}\r\n\r\n" for n in range(40)),
            ("the console of us-1:", *(f"[    {n}.0] line {n}" for n in range(10, 40))),
        ),
        ("one\n", ("the console of us-1:", "one")),
        (" \r\n", ("the console of us-1 has nothing on it yet",)),
        (
            DENIED,
            (
                "the console of us-1 cannot be read: "
                "aws GetConsoleOutput: UnauthorizedOperation: not allowed",
            ),
        ),
    ],
    ids=["long", "short", "empty", "not allowed"],
)
def test_the_end_of_the_console_is_in_the_details(
    said: str | CloudError, details: tuple[str, ...]
) -> None:
    error = Unreachable(Endpoint("192.0.2.1", 22, "longshore", "us-1"), 300, "timed out")
    again = with_console(error, cast(Provider, Printed(said)), MACHINE)
    assert again is error
    assert again.details == details


def test_details_that_were_there_stay_first() -> None:
    error = Unreachable(Endpoint("192.0.2.1", 22, "longshore", "us-1"), 300, "timed out")
    error.details = ("tried 9 times",)
    with_console(error, cast(Provider, Printed("panic")), MACHINE)
    assert error.details == ("tried 9 times", "the console of us-1:", "panic")
