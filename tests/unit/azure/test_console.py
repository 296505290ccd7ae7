"""What a machine printed while it booted."""

from __future__ import annotations

import pytest

from providers.azure.console import console_output
from providers.contract.errors import CloudError, TransientError
from tests.unit.azure.canned import Answer, Canned, arm_error
from tests.unit.azure.test_tagging import machine

POST = "POST retrieveBootDiagnosticsData"
SECRET = "sig=notforlogs"


def link(canned: Canned) -> Answer:
    uri = f"{canned.endpoint}/x/y/blob/log?{SECRET}"
    return Answer(200, {"serialConsoleLogBlobUri": uri})


def test_nothing_yet_is_empty() -> None:
    for answer in (Answer(200, {}), arm_error("ResourceNotFound", "no", 404)):
        with Canned({POST: [answer]}) as canned:
            assert console_output(canned.calls, machine()) == ""


def test_the_log_is_fetched_without_our_token() -> None:
    with Canned({"GET blob/": [Answer(200, "Linux version 6\r\nlogin:")]}) as canned:
        canned.answers[POST] = [link(canned)]
        text = console_output(canned.calls, machine())
    assert "Linux version 6" in text
    assert "authorization" not in canned.sent[-1].headers


@pytest.mark.parametrize("answer", [Answer(503), Answer(cut=True), Answer(403)])
def test_a_failure_does_not_show_the_link(answer: Answer) -> None:
    with Canned({"GET blob/": [answer]}) as canned:
        canned.answers[POST] = [link(canned)]
        with pytest.raises(CloudError) as caught:
            console_output(canned.calls, machine())
    assert SECRET not in str(caught.value)
    assert isinstance(caught.value, TransientError) == (answer.status != 403)
    assert not any(SECRET in retry.reason for retry in canned.retries)
