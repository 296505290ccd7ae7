"""An image as one Engine knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestrator.engine.errors import NotThereError
from orchestrator.images.errors import PlatformError

if TYPE_CHECKING:
    from orchestrator.engine.client import DockerApi
    from providers.contract.types import Arch

ARCHITECTURES: dict[str, Arch] = {"amd64": "x86_64", "arm64": "arm64"}
"""Docker's names for the processors that Longshore provisions, and ours."""


@dataclass(frozen=True)
class ImageInfo:
    """`platform` as in "linux/amd64"; `layers` the diff IDs in chain order; `size` in bytes,
    unpacked."""

    id: str
    platform: str
    layers: tuple[str, ...]
    size: int


def platform_of(arch: Arch) -> str:
    """The platform of images for machines of `arch`, as `docker build --platform` takes it."""
    return next(f"linux/{docker}" for docker, ours in ARCHITECTURES.items() if ours == arch)


def inspect_image(engine: DockerApi, reference: str) -> ImageInfo:
    """Look at an image by id or reference. Raises NotThereError."""
    with engine.calling(f"inspect image {reference}"):
        raw: Any = engine.api.inspect_image(reference)  # type: ignore[no-untyped-call]
    return ImageInfo(
        id=raw["Id"],
        platform=f"{raw['Os']}/{raw['Architecture']}",
        layers=tuple(raw["RootFS"].get("Layers") or ()),
        size=int(raw["Size"]),
    )


def find_image(engine: DockerApi, reference: str) -> ImageInfo | None:
    """As `inspect_image`, or None when it is not there."""
    try:
        return inspect_image(engine, reference)
    except NotThereError:
        return None


def has_image(engine: DockerApi, reference: str) -> bool:
    """Whether the Engine has that id or reference."""
    return find_image(engine, reference) is not None


def check_platform(image: ImageInfo, name: str, arch: Arch, target: str) -> None:
    """Raise PlatformError unless `image` runs on machines of `arch`. To be asked before
    anything is made."""
    wanted = platform_of(arch)
    if image.platform != wanted:
        raise PlatformError(
            f"{name} is for {image.platform}, but the machines of target {target} are {wanted}",
            advice=f"build it for {wanted}, or set `arch:` of the target to what the image is for",
        )
