"""What the exchange log keeps of a request, and what it must not keep."""

from __future__ import annotations

import json
from pathlib import Path

from providers.sandbox.exchange import ExchangeLog, elide, error_code, read_request

SCOPE = "AWS4-HMAC-SHA256 Credential=KEY/20261124/eu-west-1/ec2/aws4_request, SignedHeaders=host"


def test_query_request_is_read_from_scope_and_form() -> None:
    request = read_request(SCOPE, "", "", b"Action=RunInstances&ImageId=ami-1&UserData=c2VjcmV0")
    assert (request.service, request.region, request.action) == (
        "ec2",
        "eu-west-1",
        "RunInstances",
    )
    assert request.parameters["ImageId"] == "ami-1"
    assert request.changes


def test_json_request_takes_its_action_from_the_target() -> None:
    scope = SCOPE.replace("/ec2/", "/ssm/")
    request = read_request(scope, "AmazonSSM.GetParameter", "", b'{"Name": "/a", "With": true}')
    assert (request.service, request.action) == ("ssm", "GetParameter")
    assert request.parameters == {"Name": "/a", "With": "true"}
    assert not request.changes


def test_user_data_and_keys_are_elided_and_tags_are_not() -> None:
    kept = elide(
        {
            "UserData": "c2VjcmV0",
            "PublicKeyMaterial": "ssh-ed25519",
            "LaunchTemplateData.UserData": "c2VjcmV0",
            "TagSpecification.1.Tag.1.Value": "shop",
            "Filter.1.Value.1": "running",
        }
    )
    assert kept == {
        "UserData": "<8 characters>",
        "PublicKeyMaterial": "<11 characters>",
        "LaunchTemplateData.UserData": "<8 characters>",
        "TagSpecification.1.Tag.1.Value": "shop",
        "Filter.1.Value.1": "running",
    }


def test_error_code_of_both_protocols() -> None:
    assert error_code(200, b"<Code>x</Code>") == ""
    assert error_code(400, b"<Error><Code>DependencyViolation</Code></Error>") == (
        "DependencyViolation"
    )
    assert error_code(400, b'{"__type": "com.amazon#ParameterNotFound"}') == "ParameterNotFound"
    assert error_code(500, b"oops") == "Unknown"


def test_log_is_private_and_has_one_json_object_a_line(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path / "exchanges.jsonl")
    request = read_request(SCOPE, "", "", b"Action=DescribeInstances")
    log.write(request.entry(), 200, "", "one", "")
    log.write(request.entry(), 0, "", "two", "after: dropped")
    lines = [json.loads(line) for line in (tmp_path / "exchanges.jsonl").read_text().splitlines()]
    assert [line["request_id"] for line in lines] == ["one", "two"]
    assert not any(line["changes"] for line in lines)
    assert (tmp_path / "exchanges.jsonl").stat().st_mode & 0o077 == 0
