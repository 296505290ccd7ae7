"""What a service is made from, known before anything is built, pulled or sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from orchestrator.images.inspection import ImageInfo
from orchestrator.operations.workload import Workload
from orchestrator.planning.workloads import resolve_workloads
from orchestrator.spec.model import Project, Service, Size, Target

US = Target(name="us", provider="aws", region="us-east-1", size=Size(cpu=2, memory=None))
PROJECT = Project(
    name="shop",
    environment="production",
    file=Path("longshore.yaml"),
    compose_file=Path("compose.yaml"),
    directory=Path(),
    targets=(US,),
    services=(Service("web", image="shop:latest"),),
    volumes=(),
    placement={"web": ("us",)},
)


def resolved(deliver: Literal["direct", "registry"], here: ImageInfo | None) -> Workload:
    asked: list[str] = []

    def find(reference: str) -> ImageInfo | None:
        asked.append(reference)
        return here

    (workload,) = resolve_workloads(replace(PROJECT, deliver=deliver), find).values()
    assert asked == (["shop:latest"] if deliver == "direct" else [])
    return workload


def here(id: str, platform: str = "linux/amd64") -> ImageInfo:
    return ImageInfo(id=id, platform=platform, layers=(), size=1)


def test_an_image_that_is_sent_from_here_is_known_by_its_content() -> None:
    first, second = resolved("direct", here("sha256:1")), resolved("direct", here("sha256:2"))
    assert (first.how, first.source) == ("local", "sha256:1")
    assert first.config != second.config


def test_an_image_that_is_not_here_is_left_to_the_delivery_to_say() -> None:
    assert resolved("direct", None).source == "shop:latest"
    assert resolved("direct", here("sha256:1", "linux/arm64")).source == "shop:latest"


def test_an_image_that_machines_pull_is_known_by_its_name() -> None:
    workload = resolved("registry", None)
    assert (workload.how, workload.source) == ("pull", "shop:latest")
