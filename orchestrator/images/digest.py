"""A build's identity before it is built: a digest over everything the builder may see."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from orchestrator.engine.docker_library import load_docker_library
from orchestrator.images.context import dockerfile_path, ignore_patterns, read_dockerfile
from orchestrator.images.errors import BuildError
from orchestrator.spec.model import Build

PIECE = 1024 * 1024
SCHEME = b"1"
"""Counted up when the meaning of an unchanged context changes: everything builds once anew."""


def context_digest(build: Build, platform: str) -> str:
    """SHA-256 (hex) over the files of the context that are not ignored, the Dockerfile, the
    build arguments, the target stage and the platform.

    Of a file its path, content, kind and executable bit count, not its owner or times, so
    that two checkouts of one commit agree. Raises BuildError when a file cannot be read.
    """
    whole = hashlib.sha256()
    _add(whole, SCHEME, platform.encode(), (build.target or "").encode())
    _add(whole, read_dockerfile(build).encode())
    for argument in build.args:
        _add(whole, argument.name.encode(), argument.value.encode())
    for name in _files(build):
        path = build.context / name
        try:
            _add(whole, name.encode(errors="surrogateescape"), *_content(path))
        except OSError as error:
            raise BuildError(
                f"cannot read {path}, which is part of the build context: {error.strerror}",
                advice="make it readable, or leave it out with .dockerignore",
            ) from error
    return whole.hexdigest()


def _files(build: Build) -> list[str]:
    load_docker_library()
    from docker.utils.build import exclude_paths

    if not build.context.is_dir():
        raise BuildError(
            f"the build context {build.context} is not a directory",
            advice="check `build.context` of the service",
        )
    root = build.context.resolve()
    dockerfile = dockerfile_path(build).resolve()
    inside = dockerfile.is_relative_to(root)
    name = dockerfile.relative_to(root).as_posix() if inside else None
    paths = exclude_paths(str(build.context), ignore_patterns(build), dockerfile=name)
    return sorted(paths)


def _content(path: Path) -> tuple[bytes, ...]:
    """Kind and content of one entry; files are hashed by pieces."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return b"link", os.fsencode(path.readlink())
    if not stat.S_ISREG(status.st_mode):
        return (b"directory" if stat.S_ISDIR(status.st_mode) else b"special",)
    content = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            content.update(piece)
    executable = b"executable" if status.st_mode & stat.S_IXUSR else b"file"
    return executable, content.digest()


def _add(whole: hashlib._Hash, *parts: bytes) -> None:
    """Add parts so that no two different lists of parts make the same bytes."""
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
