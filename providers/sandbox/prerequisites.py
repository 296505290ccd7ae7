"""What must be on this machine before the sandbox can work. Named, never installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from providers.sandbox.errors import SandboxError

if TYPE_CHECKING:
    import docker

ENGINE_DEADLINE = 120  # seconds; commits of large layers are slow


def connect_engine() -> docker.APIClient:
    """A client of this machine's Docker Engine. Raises SandboxError when none answers."""
    import docker
    import docker.errors
    from docker.utils import kwargs_from_env

    try:
        client = docker.APIClient(version="auto", timeout=ENGINE_DEADLINE, **kwargs_from_env())
        client.ping()
    except docker.errors.DockerException as error:
        raise SandboxError(
            f"The sandbox needs a running Docker Engine and found none: {error}",
            "Install and start it: sudo apt-get install docker.io  (and join the group docker, "
            "or run as root).",
        ) from error
    return client


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the Engine refuses while `doing` something into SandboxError."""
    import docker.errors
    import requests

    try:
        yield
    except docker.errors.APIError as error:
        raise SandboxError(
            f"Docker refused {doing}: {error.explanation or error}",
            "Look at the Engine's log: journalctl -u docker",
        ) from error
    except requests.RequestException as error:
        raise SandboxError(
            f"The Docker Engine went away while {doing}: {error}",
            "Start it, then run the command again: sudo systemctl start docker",
        ) from error


def require_debootstrap() -> str:
    """The path of debootstrap. Raises SandboxError when it is missing or we are not root."""
    found = shutil.which("debootstrap", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise SandboxError(
            "The sandbox builds its machine image with debootstrap, which is not installed.",
            "Install it: sudo apt-get install debootstrap",
        )
    if os.geteuid() != 0:
        raise SandboxError(
            "Building the machine image needs root (once; starting machines does not).",
            "Run this command once with sudo, or set LONGSHORE_SANDBOX_BASE to a Debian base "
            "image that Docker can pull.",
        )
    return found
