"""The classic builder: the local Engine's own, for Dockerfiles that need no BuildKit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from orchestrator.images.context import pack
from orchestrator.images.errors import BuildError
from orchestrator.images.interruptible import interruptible
from orchestrator.images.output import BuildOutputTail

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.images.local import LocalEngine
    from orchestrator.spec.model import Build

STEP = re.compile(r"Step \d+/\d+ : ")


def build_classic(
    build: Build,
    dockerfile: str,
    *,
    local: LocalEngine,
    tag: str,
    platform: str,
    on_output: Callable[[str], None],
    cancel: Cancellation,
) -> None:
    """Build and tag. The context is packed once and sent; unchanged steps come from the
    Engine's cache. Raises BuildError with the step and its last lines."""
    output = BuildOutputTail(on_output, STEP)
    archive, name = pack(build, dockerfile)

    def messages() -> Iterator[Any]:
        with archive, local.calling(f"build {tag}"):
            yield from local.api.build(
                fileobj=archive,
                custom_context=True,
                dockerfile=name,
                tag=tag,
                target=build.target or "",
                buildargs={argument.name: argument.value for argument in build.args},
                platform=None if platform == _native(local) else platform,
                rm=True,
                forcerm=True,
                decode=True,
            )

    for message in interruptible(messages, cancel):
        output.add(str(message.get("stream", message.get("status", ""))))
        if "error" in message:
            output.finish()
            raise BuildError(
                f"building {tag} failed: {message['error']}",
                step=output.step,
                last_lines=output.last_lines,
            )
    output.finish()


def _native(local: LocalEngine) -> str:
    """The platform the Engine builds for when none is named. Naming one costs a look at the
    registry for every base image, so it is named only when it differs."""
    with local.calling("ask for its platform"):
        version: Any = local.api.version()
    return f"{version['Os']}/{version['Arch']}"
