"""The base file system that the machine image is built upon."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from providers.sandbox.errors import SandboxError
from providers.sandbox.prerequisites import require_debootstrap
from providers.sandbox.progress import Progress

if TYPE_CHECKING:
    import docker

# debootstrap's own phases, without its line for each package.
PHASE = re.compile(r"I: (Resolving|Installing|Unpacking|Configuring) (dep|the|core|required|base)")
SCRATCH = Path("/var/tmp")  # noqa: S108  on disk, unlike /tmp in many places
SCRATCH_PREFIX = "longshore-bootstrap-"
REPOSITORY = "longshore-sandbox-base"


def bootstrap_base(client: docker.APIClient, base: str, on_progress: Progress) -> str:
    """Bootstrap `debootstrap <codename> <mirror>` and import it; returns the image reference.

    An import of an earlier call is used again. The caller holds the build lock, so scratch
    folders that are found belong to builds that were killed. Raises SandboxError.
    """
    reference = f"{REPOSITORY}:{hashlib.sha256(base.encode()).hexdigest()[:12]}"
    if client.images(name=reference, quiet=True):
        return reference
    program = require_debootstrap()
    _, codename, mirror = base.split()
    for left in SCRATCH.glob(f"{SCRATCH_PREFIX}*"):
        _remove(left)
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=SCRATCH))
    try:
        on_progress(f"Bootstrapping {codename} from {mirror}")
        _debootstrap([program, "--variant=minbase", codename, str(folder), mirror], on_progress)
        on_progress("Importing the base file system")
        _import(client, folder, reference)
    finally:
        _remove(folder)
    return reference


def pull_base(client: docker.APIClient, base: str, on_progress: Progress) -> str:
    """Pull a named base image where it is not here yet. Raises SandboxError."""
    import docker.errors

    if client.images(name=base, quiet=True):
        return base
    on_progress(f"Pulling {base}")
    try:
        client.pull(base)
    except docker.errors.APIError as error:
        raise SandboxError(
            f"Docker cannot pull the base image {base}: {error.explanation}",
            "Name another image in LONGSHORE_SANDBOX_BASE, or unset it to bootstrap one.",
        ) from error
    return base


def _debootstrap(argv: list[str], on_progress: Progress) -> None:
    tail: list[str] = []
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            tail = [*tail[-20:], line.rstrip()]
            if PHASE.match(line):
                on_progress(line.removeprefix("I: ").rstrip(". \n"))
    if process.returncode != 0:
        raise SandboxError(
            f"debootstrap failed with status {process.returncode}:\n" + "\n".join(tail),
            "Check the network and /etc/apt, then run the command again.",
        )


def _import(client: docker.APIClient, folder: Path, reference: str) -> None:
    repository, tag = reference.split(":")
    with subprocess.Popen(
        [
            "tar",
            "--create",
            "--numeric-owner",
            "--one-file-system",
            "--exclude=./proc/*",
            "--exclude=./sys/*",
            "--exclude=./dev/*",
            "--exclude=./var/cache/apt/archives/*.deb",
            "--directory",
            str(folder),
            ".",
        ],
        stdout=subprocess.PIPE,
    ) as archive:
        client.import_image_from_stream(archive.stdout, repository=repository, tag=tag)
    if archive.returncode != 0:
        raise SandboxError(f"Packing the base file system failed (tar: {archive.returncode}).")


def _remove(folder: Path) -> None:
    """Remove the bootstrap folder, but never through a mount that was left inside it."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    if any(line.split()[1].startswith(str(folder)) for line in mounts):
        raise SandboxError(
            f"Something is still mounted below {folder}.",
            f"Unmount it and remove the folder: umount -R {folder}/proc; rm -r {folder}",
        )
    shutil.rmtree(folder)
