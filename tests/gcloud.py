"""Google's official command line as a witness: it knows nothing of us.

Where it is not installed, what it would have checked is skipped, and said so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

DEADLINE = 120  # seconds for one command; it starts in about one
GCLOUD = shutil.which("gcloud")
needs_gcloud = pytest.mark.skipif(
    GCLOUD is None, reason="gcloud is not installed: its view of the emulator is NOT checked"
)


@dataclass(frozen=True)
class Gcloud:
    """`gcloud compute` in an environment that leads it to an emulator."""

    environment: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever that is."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [GCLOUD or "gcloud", "compute", *arguments],
            env={**inherited, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def __call__(self, *arguments: str) -> Any:
        """What a command that succeeds says, as JSON."""
        done = self.run(*arguments, "--format=json")
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout or "null")

    def names(self, *arguments: str) -> list[str]:
        """The names of what a command lists, in order."""
        return sorted(str(one["name"]) for one in self(*arguments))
