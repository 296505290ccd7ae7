"""One service on machines of one platform, ready to be built, delivered and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orchestrator.spec.model import Service
from providers.contract.types import Arch

PLATFORMS: Mapping[Arch, str] = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}


@dataclass(frozen=True)
class Workload:
    """`source` names what the service is made from, by content where it is built
    (`build:<digest of the context>`) or comes from the local Engine (the image's id), by
    reference where it is pulled or is not in the local Engine (yet), so that a plan
    knows without building whether anything changed. `config` is the hash of service and
    source that its containers carry as a label.
    """

    service: Service
    platform: str
    source: str
    config: str
    how: Literal["build", "local", "pull"]
