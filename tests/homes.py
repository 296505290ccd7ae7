"""Folders for sandboxes that tests make, so that a later run finds what a killed one left."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path

from providers.sandbox.control import Sandbox
from tests.images import sweep_images

ROOT = Path(tempfile.gettempdir()) / f"longshore-tests-{os.getuid()}"


def new_home() -> Path:
    """A folder for one sandbox of this process."""
    home = ROOT / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    home.mkdir(parents=True)
    return home


def close(sandbox: Sandbox, home: Path) -> None:
    """Take a sandbox down with everything it made. What went over its wires is held against
    the clouds' own descriptions: AssertionError, once all is gone, with what is not as there."""
    from tests.judges.bench import judge_recording

    judgement = judge_recording(sandbox.traffic)
    _remove(sandbox, home)
    judgement.check()


def sweep() -> None:
    """Take down the sandboxes of test runs that are no more, and remove their images."""
    sweep_images()
    for home in ROOT.glob("*-*"):
        owner = home.name.partition("-")[0]
        if not Path("/proc", owner).exists():
            _remove(Sandbox(home / "sandbox"), home)


def _remove(sandbox: Sandbox, home: Path) -> None:
    sandbox.down()
    shutil.rmtree(home)
