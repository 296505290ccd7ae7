"""A region that does not exist is refused at once, as AWS refuses it."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from providers.aws.error_table import ROWS
from providers.contract.classify import find_row
from providers.sandbox.ec2.application import known_regions
from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue
from providers.sandbox.http import StartResponse
from providers.sandbox.wsgi import Controls, SandboxApplication


def api(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """What would break on an unknown region; here it answers whatever it gets."""
    start_response("200 OK", [])
    return [b"<answered/>"]


def ask(tmp_path: Path, region: str, service: str, body: bytes) -> tuple[str, bytes]:
    application = SandboxApplication(
        api,
        threading.Lock(),
        ExchangeLog(tmp_path / "exchanges"),
        Controls("127.0.0.1", dict, lambda _: None),
        lambda: None,
        frozenset({"us-east-1", "eu-west-1"}),
        FaultQueue(),
        {},
    )
    statuses: list[str] = []
    scope = f"Credential=KEY/20261124/{region}/{service}/aws4_request"
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host",
        "HTTP_X_AMZ_TARGET": "AmazonSSM.GetParameter" if service == "ssm" else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    answer = application(environ, lambda status, headers: statuses.append(status))
    return statuses[0].split()[0], b"".join(answer)


@pytest.mark.parametrize(
    ("service", "body", "status", "code"),
    [
        ("ec2", b"Action=DescribeInstances", "401", "AuthFailure"),
        ("ssm", b"{}", "400", "InvalidSignatureException"),
        ("sts", b"Action=GetCallerIdentity", "403", "SignatureDoesNotMatch"),
    ],
)
def test_refused_in_the_words_of_the_service(
    tmp_path: Path, service: str, body: bytes, status: str, code: str
) -> None:
    said, text = ask(tmp_path, "us-nowhere-1", service, body)
    assert said == status
    assert code in text.decode()
    message = "Credential should be scoped to a valid region, not 'us-nowhere-1'."
    assert message in text.decode()
    row = find_row(ROWS, code, "read", message, None)
    assert row is not None
    assert row.becomes == "auth"
    assert "region" in row.advice
    (entry,) = [json.loads(line) for line in (tmp_path / "exchanges").read_text().splitlines()]
    assert (entry["region"], entry["error"]) == ("us-nowhere-1", code)


def test_a_region_that_exists_is_served(tmp_path: Path) -> None:
    assert ask(tmp_path, "eu-west-1", "ec2", b"Action=DescribeInstances") == (
        "200",
        b"<answered/>",
    )


def test_what_is_not_signed_is_left_to_the_api(tmp_path: Path) -> None:
    assert ask(tmp_path, "", "", b"Action=DescribeInstances")[0] == "200"


def test_the_regions_are_those_of_ec2() -> None:
    assert {"us-east-1", "eu-central-1", "ap-southeast-2"} <= known_regions()
    assert "us-nowhere-1" not in known_regions()
