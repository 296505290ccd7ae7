"""From a Compose `build:` to an image in the local Engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.images.buildkit import build_with_buildkit, has_buildx
from orchestrator.images.classic import build_classic
from orchestrator.images.context import read_dockerfile
from orchestrator.images.dockerfile import Feature, buildkit_features
from orchestrator.images.errors import BuildError, BuildKitMissingError
from orchestrator.images.inspection import inspect_image
from orchestrator.reporting.masking import Masker

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.images.local import LocalEngine
    from orchestrator.spec.model import Build

SHOWN_FEATURES = 3
ADVICE_BUILDX = (
    "install the docker command and its buildx plugin (Docker's packages docker-ce-cli and "
    "docker-buildx-plugin), or leave these out of the Dockerfile"
)


@dataclass(frozen=True)
class BuiltImage:
    """An image in the local Engine. `platform` as in "linux/amd64"."""

    id: str
    tag: str
    platform: str
    seconds: float


def build_image(
    build: Build,
    *,
    tag: str,
    platform: str,
    on_output: Callable[[str], None],
    environ: Mapping[str, str],
    local: LocalEngine,
    cancel: Cancellation,
) -> BuiltImage:
    """Build for `platform` ("linux/amd64") and tag it in the local Engine.

    With BuildKit where the docker command and buildx are here, else with the Engine's
    classic builder. `on_output` hears each line, with the values of secret build arguments
    masked; those are never in an argument vector. Calling it again builds what changed.
    Raises BuildError, EngineError, Interrupted.
    """
    began = time.monotonic()
    masker = Masker(argument.value for argument in build.args if argument.secret)

    def say(line: str) -> None:
        on_output(masker.mask(line))

    dockerfile = read_dockerfile(build)
    try:
        if has_buildx(environ):
            build_with_buildkit(
                build,
                dockerfile,
                host=local.host,
                tag=tag,
                platform=platform,
                on_output=say,
                environ=environ,
                cancel=cancel,
            )
        else:
            _refuse_features(build, buildkit_features(dockerfile))
            build_classic(
                build,
                dockerfile,
                local=local,
                tag=tag,
                platform=platform,
                on_output=say,
                cancel=cancel,
            )
    except BuildError as error:
        raise _masked(error, masker) from None
    built = inspect_image(local, tag)
    if built.platform != platform:
        raise BuildError(
            f"{tag} was to be for {platform} and came out for {built.platform}",
            advice="the builder here cannot build for that platform: " + ADVICE_BUILDX,
        )
    return BuiltImage(built.id, tag, built.platform, time.monotonic() - began)


def _refuse_features(build: Build, features: tuple[Feature, ...]) -> None:
    if not features:
        return
    shown = "; ".join(str(feature) for feature in features[:SHOWN_FEATURES])
    more = len(features) - SHOWN_FEATURES
    raise BuildKitMissingError(
        f"{build.context / build.dockerfile} needs BuildKit, which is not here: {shown}"
        + (f"; and {more} more" if more > 0 else ""),
        advice=ADVICE_BUILDX,
    )


def _masked(error: BuildError, masker: Masker) -> BuildError:
    """The same error without the values of secret build arguments."""
    return type(error)(
        masker.mask(error.message),
        step=masker.mask(error.step),
        last_lines=tuple(map(masker.mask, error.last_lines)),
        advice=error.advice,
    )
