"""Have an image in the local Engine, built from its context or found there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.images.build import build_image
from orchestrator.images.inspection import ImageInfo, find_image
from orchestrator.images.pull import split_reference
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.operations.workload import Workload
from orchestrator.reporting.events import BuildOutput, PlannedChange

TAG_DIGITS = 20
"""Hexadecimal digits of the context's digest that an image's tag carries."""


@dataclass(frozen=True, kw_only=True)
class BuildImage(Operation):
    """One image of one service for one platform, whatever number of machines runs it.

    The tag is the digest of the build context, so a context that was built before is not
    built again. A service that only names an `image` and is delivered directly takes it
    from the local Engine.
    """

    kind: ClassVar[str] = "image"

    workload: Workload

    @property
    def subject(self) -> str:
        return self.workload.service.name

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.workload.platform}:{self.subject}"

    @property
    def detail(self) -> str:
        return self.workload.platform

    def describe(self) -> PlannedChange:
        how = "build" if self.workload.how == "build" else "from the local Engine"
        return PlannedChange(
            "create", "image", self.subject, detail=f"{how}, {self.workload.platform}"
        )

    def apply(self, context: Context) -> bool:
        service, platform = self.workload.service, self.workload.platform
        tag = self._tag(context.owner.project)
        found = find_image(context.local, tag)
        if found is not None and found.platform == platform:
            self._name(context, found.id)
            context.results.put_image(service.name, platform, found.id)
            return False
        if service.build is None:
            raise self._missing(found, tag)
        built = build_image(
            service.build,
            tag=tag,
            platform=platform,
            on_output=lambda line: context.sink.emit(BuildOutput(service.name, line)),
            environ=os.environ,
            local=context.local,
            cancel=context.cancel,
        )
        self._name(context, built.id)
        context.results.put_image(service.name, platform, built.id)
        return True

    def _name(self, context: Context, image: str) -> None:
        """As Compose does: with `build`, `image` is the name of what is built."""
        service = self.workload.service
        if service.build is not None and service.image is not None:
            with context.local.calling(f"tag {service.image}"):
                repository, tag = split_reference(service.image)
                context.local.api.tag(image, repository, tag)

    def _tag(self, project: str) -> str:
        kind, _, digest = self.workload.source.partition(":")
        if kind != "build":
            return self.workload.source
        return f"longshore/{project}-{self.subject}:{digest[:TAG_DIGITS]}"

    def _missing(self, found: ImageInfo | None, name: str) -> LongshoreError:
        what = f"is for {found.platform}" if found is not None else "is not in the local Engine"
        return LongshoreError(
            f"service {self.subject}: image {name} {what}, and `deliver: direct` sends "
            f"{self.workload.platform} from there",
            advice="build, pull or load it here first, or let the machines pull it: "
            "`deliver: registry`",
            exit_code=ExitCode.BAD_INPUT,
        )
