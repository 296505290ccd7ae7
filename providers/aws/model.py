"""The SDK's description of EC2, cut down to the calls made here, and kept.

botocore describes every EC2 operation in one file of more than four megabytes; reading it
took two thirds of the time to make a client (110 of 165 ms), on the path of every command.
The cut-down copy holds the operations below with the shapes they reach, is kept in the
user's cache folder under the SDK's version, and is made anew when it is missing, damaged or
of another version. Where it cannot be kept, the SDK's own file serves as it always did.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, cast

import botocore
from botocore.exceptions import DataNotFoundError
from botocore.loaders import ExtrasProcessor, Loader

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Model: TypeAlias = "OrderedDict[str, Json]"

API_VERSIONS = {"ec2": "2016-11-15", "ssm": "2014-11-06", "sts": "2011-06-15"}
"""The versions these calls were written against. Naming them also spares botocore a walk
through the folders of all its services for every file it opens (15 ms each)."""

EC2_OPERATIONS = (
    "AuthorizeSecurityGroupIngress",
    "CreateSecurityGroup",
    "CreateTags",
    "DeleteKeyPair",
    "DeleteNetworkInterface",
    "DeleteSecurityGroup",
    "DeleteTags",
    "DeleteVolume",
    "DescribeAddresses",
    "DescribeImages",
    "DescribeInstanceTypeOfferings",
    "DescribeInstanceTypes",
    "DescribeInstances",
    "DescribeKeyPairs",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVolumes",
    "GetConsoleOutput",
    "ImportKeyPair",
    "ReleaseAddress",
    "RevokeSecurityGroupIngress",
    "RunInstances",
    "StartInstances",
    "TerminateInstances",
    "UpdateSecurityGroupRuleDescriptionsIngress",
)


class LeanLoader(Loader):
    """botocore's loader, quicker for the three services used here. Everything else, and
    whatever it does not find where it expects it, is left to botocore."""

    def __init__(self, cache: Path) -> None:
        super().__init__()
        self._cache_folder = cache
        self._lean: dict[tuple[str, str], Model] = {}

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Model:
        version = API_VERSIONS.get(service_name)
        if version is None or api_version not in (None, version):
            return self._whole(service_name, type_name, api_version)
        kept = self._lean.get((service_name, type_name))
        if kept is None:
            kept = self._load(service_name, type_name, version)
            self._lean[(service_name, type_name)] = kept
        return kept

    def _load(self, service: str, kind: str, version: str) -> Model:
        if (service, kind) == ("ec2", "service-2"):
            return self._ec2(version)
        return self._file(service, kind, version)

    def _file(self, service: str, kind: str, version: str) -> Model:
        try:
            model = cast("Model", self.load_data(f"{service}/{version}/{kind}"))
        except DataNotFoundError:
            return self._whole(service, kind, None)
        ExtrasProcessor().process(model, self._extras(service, kind, version))
        return model

    def _extras(self, service: str, kind: str, version: str) -> Iterator[Model]:
        for extra in self.extras_types:
            with contextlib.suppress(DataNotFoundError):
                yield cast("Model", self.load_data(f"{service}/{version}/{kind}.{extra}-extras"))

    def _whole(self, service: str, kind: str, version: str | None) -> Model:
        return cast("Model", super().load_service_model(service, kind, version))

    def _ec2(self, version: str) -> Model:
        marks = "\n".join((version, *EC2_OPERATIONS)).encode()
        name = f"ec2-{botocore.__version__}-{hashlib.sha256(marks).hexdigest()[:12]}.json"
        path = self._cache_folder / name
        kept = _read(path)
        if kept is not None:
            return kept
        lean = cut_down(self._file("ec2", "service-2", version), EC2_OPERATIONS)
        _keep(path, lean)
        return lean


def default_cache() -> Path:
    """`$XDG_CACHE_HOME/longshore`, or `~/.cache/longshore`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "longshore"


def cut_down(model: Mapping[str, Json], operations: Iterable[str]) -> Model:
    """A model with only these operations and the shapes they reach, without documentation.

    Raises KeyError for an operation that the model does not have.
    """
    every = cast("dict[str, dict[str, Json]]", model["operations"])
    shapes = cast("dict[str, dict[str, Json]]", model["shapes"])
    wanted = {name: every[name] for name in operations}
    reached: set[str] = set()
    waiting = [
        name
        for operation in wanted.values()
        for part in ("input", "output")
        for name in _shapes_in(operation.get(part))
    ]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_shapes_in(shapes[name]))
    lean: Model = OrderedDict(
        (key, value)
        for key, value in model.items()
        if key not in ("operations", "shapes", "documentation")
    )
    lean["operations"] = cast("Json", {name: _plain(wanted[name]) for name in wanted})
    # In the order of the original, so that requests are serialised as they always are.
    lean["shapes"] = cast(
        "Json", {name: _plain(shape) for name, shape in shapes.items() if name in reached}
    )
    return lean


def _shapes_in(part: Json) -> list[str]:
    """The names of the shapes that a piece of the model refers to."""
    if isinstance(part, dict):
        found = [
            name
            for key, value in part.items()
            if key != "documentation"
            for name in _shapes_in(value)
        ]
        named = part.get("shape")
        return [*found, named] if isinstance(named, str) else found
    if isinstance(part, list):
        return [name for item in part for name in _shapes_in(item)]
    return []


def _plain(part: Json) -> Json:
    if isinstance(part, dict):
        return {
            key: _plain(value)
            for key, value in part.items()
            if not (key == "documentation" and isinstance(value, str))
        }
    if isinstance(part, list):
        return [_plain(item) for item in part]
    return part


def _read(path: Path) -> Model | None:
    try:
        with path.open("rb") as file:
            found = json.load(file, object_pairs_hook=OrderedDict)
    except (OSError, ValueError):
        return None
    return cast("Model", found) if isinstance(found, dict) and "shapes" in found else None


def _keep(path: Path, model: Model) -> None:
    # A cache that cannot be written (read-only home, full disk) costs time, nothing else.
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8"
        ) as file:
            json.dump(model, file, separators=(",", ":"))
        Path(file.name).replace(path)
