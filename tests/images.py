"""Images that tests leave in the local Engine: removed with the project that they were built
for, and those of runs that were killed at the start of a later one."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from providers.sandbox.prerequisites import connect_engine

if TYPE_CHECKING:
    from docker.api.client import APIClient

OURS = re.compile(r"longshore/t[0-9a-f]{8}-|longshore-test/")
"""What tests name their images; a user's project could only be named so on purpose."""
STALE = timedelta(hours=2)
"""A run that tagged an image so long ago is over."""


def remove_images(project: str) -> None:
    """Remove what was built and tagged for one test's project."""
    _remove(lambda name: name.startswith((f"longshore/{project}-", f"longshore-test/{project}")))


def sweep_images() -> None:
    """Remove what runs that are over left."""
    client = connect_engine()
    before = datetime.now(UTC) - STALE
    _remove(lambda name: OURS.match(name) is not None and _tagged(client, name) < before)


def _remove(chosen: Callable[[str], bool]) -> None:
    from docker.errors import APIError

    client = connect_engine()
    tagged = (name for image in client.images() for name in image["RepoTags"] or [])
    names = [name for name in tagged if chosen(name)]
    for name in names:
        # Another run may have been faster, or a container may still use it.
        with suppress(APIError):
            client.remove_image(name)


def _tagged(client: APIClient, name: str) -> datetime:
    """When the image got its newest tag; builds from the cache keep an older date of making."""
    from docker.errors import ImageNotFound

    try:
        told = client.inspect_image(name).get("Metadata", {}).get("LastTagTime", "")
    except ImageNotFound:
        return datetime.now(UTC)
    return datetime.fromisoformat(f"{told[:19]}+00:00") if told else datetime.now(UTC)
