"""The files a build may see."""

from __future__ import annotations

from pathlib import Path
from typing import IO, cast

from orchestrator.engine.docker_library import load_docker_library
from orchestrator.images.errors import BuildError
from orchestrator.spec.model import Build

ALWAYS_IGNORED = ("**/.longshore", ".longshore", "longshore.yaml")
"""Our state, with keys in it, and our own file: where something runs is no part of what
runs, and must not change its identity. Comes last, so no `!` brings it back."""

OUTSIDE_NAME = ".longshore.dockerfile"
"""What a Dockerfile from outside the context is called within it."""


def dockerfile_path(build: Build) -> Path:
    """Where the Dockerfile is."""
    return build.context / build.dockerfile


def read_dockerfile(build: Build) -> str:
    """The Dockerfile's text. Raises BuildError when it cannot be read."""
    path = dockerfile_path(build)
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(
            f"cannot read the Dockerfile {path}: {error}",
            advice="check `build.dockerfile` and `build.context` of the service",
        ) from error


def ignore_patterns(build: Build) -> list[str]:
    """The patterns of files to leave out, in order: `<Dockerfile>.dockerignore` or else
    `.dockerignore`, then ours."""
    dockerfile = dockerfile_path(build)
    own = dockerfile.with_name(dockerfile.name + ".dockerignore")
    file = own if own.is_file() else build.context / ".dockerignore"
    lines = file.read_text().splitlines() if file.is_file() else []
    stripped = (line.strip() for line in lines)
    return [*(line for line in stripped if line and not line.startswith("#")), *ALWAYS_IGNORED]


def pack(build: Build, dockerfile: str) -> tuple[IO[bytes], str]:
    """The context as one tar archive in a temporary file, for the classic builder, and the
    Dockerfile's name in it. Raises BuildError when a file cannot be read."""
    load_docker_library()
    from docker.utils.build import create_archive, exclude_paths

    root = str(build.context)
    path = dockerfile_path(build).resolve()
    inside = path.is_relative_to(build.context.resolve())
    name = path.relative_to(build.context.resolve()).as_posix() if inside else OUTSIDE_NAME
    try:
        # The SDK lets the Dockerfile in again whatever the patterns say, and no more.
        files = sorted(exclude_paths(root, ignore_patterns(build), dockerfile=name))
        extra = [] if inside else [(name, dockerfile)]
        archive = create_archive(root, files=files, extra_files=extra)
    except OSError as error:
        raise BuildError(
            f"cannot pack the build context {root}: {error}",
            advice="leave files that are not needed out with .dockerignore",
        ) from error
    return cast(IO[bytes], archive), name
