"""The cut-down model: complete for what is called, equal on the wire, never in the way."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import create_serializer

import providers.aws
from providers.aws.model import API_VERSIONS, EC2_OPERATIONS, LeanLoader, cut_down
from providers.aws.run_request import run_request
from tests.unit.aws.requests import machine_request

SOURCES = Path(inspect.getfile(providers.aws)).parent


def called_operations() -> set[str]:
    """The EC2 operations that the sources call, in the API's spelling."""
    text = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    methods = re.findall(r"\bec2\.([a-z]+_[a-z_]+)\(", text)
    methods += re.findall(r'get_paginator\("([a-z_]+)"\)', text)
    methods.remove("get_paginator") if "get_paginator" in methods else None
    names = {method for method in methods if method != "get_paginator"}
    return {"".join(part.capitalize() for part in name.split("_")) for name in names}


def test_it_has_every_call_that_is_made_and_no_other() -> None:
    assert called_operations() == set(EC2_OPERATIONS)


def test_requests_are_the_same_with_either_model(tmp_path: Path) -> None:
    bodies = []
    for loader in (Loader(), LeanLoader(tmp_path), LeanLoader(tmp_path)):
        model = ServiceModel(loader.load_service_model("ec2", "service-2"), "ec2")
        operation = model.operation_model("RunInstances")
        serializer = create_serializer(model.metadata["protocol"])
        parameters = {**run_request(machine_request()), "UserData": "dGVzdA=="}
        bodies.append(serializer.serialize_to_request(parameters, operation)["body"])
    assert bodies[0] == bodies[1] == bodies[2]
    assert list(bodies[0]) == list(bodies[1]) == list(bodies[2])


def test_it_is_kept_for_the_next_time(tmp_path: Path) -> None:
    first = LeanLoader(tmp_path).load_service_model("ec2", "service-2")
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    written = kept.stat().st_mtime_ns
    assert LeanLoader(tmp_path).load_service_model("ec2", "service-2") == first
    assert kept.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [b"", b'{"shapes', b"[]", b"\xff\xfe"])
def test_a_damaged_copy_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    whole = LeanLoader(tmp_path).load_service_model("ec2", "service-2")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)
    assert LeanLoader(tmp_path).load_service_model("ec2", "service-2") == whole
    assert kept.read_bytes() != damage


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    model = LeanLoader(blocked / "cache").load_service_model("ec2", "service-2")
    assert set(model["operations"]) == set(EC2_OPERATIONS)


def test_the_versions_are_the_sdks_latest() -> None:
    loader = Loader()
    for service, version in API_VERSIONS.items():
        assert loader.determine_latest_version(service, "service-2") == version


def test_other_services_are_left_to_the_sdk(tmp_path: Path) -> None:
    model = LeanLoader(tmp_path).load_service_model("sso", "service-2")
    assert "GetRoleCredentials" in model["operations"]
    pages = LeanLoader(tmp_path).load_service_model("ec2", "paginators-1")
    assert "DescribeInstances" in pages["pagination"]


def test_an_operation_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        cut_down({"operations": {}, "shapes": {}}, ["Nothing"])
