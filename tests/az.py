"""Azure's official command line as a witness: it knows nothing of us.

It is found by LONGSHORE_AZ or on PATH; where it is not installed, what it would have checked is
skipped, and said so. It is not installed beside the SDKs, because it brings its own versions of
them: `python -m venv az && az/bin/pip install azure-cli`, then LONGSHORE_AZ=az/bin/az.
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

AZ = os.environ.get("LONGSHORE_AZ") or shutil.which("az")
CLOUD = "LongshoreSandbox"
DEADLINE = 240  # seconds for one command; creating a machine waits for it to boot
needs_az = pytest.mark.skipif(
    AZ is None, reason="az is not installed: its view of the emulator is NOT checked"
)


@dataclass(frozen=True)
class Az:
    """`az` in an environment that leads it to an emulator (`Sandbox.az_env`)."""

    environment: Mapping[str, str]

    def sign_in(self) -> None:
        """Tell it about the cloud, and sign in as the managed identity there."""
        endpoint = self.environment["LONGSHORE_AZURE_ENDPOINT"]
        self("cloud", "register", "--name", CLOUD, "--endpoint-resource-manager", endpoint)
        self("cloud", "set", "--name", CLOUD)
        self("login", "--identity")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever that is."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [AZ or "az", *arguments],
            env={**inherited, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def __call__(self, *arguments: str) -> Any:
        """What a command that succeeds says, as JSON."""
        done = self.run(*arguments, "--only-show-errors", "--output", "json")
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout or "null")

    def names(self, *arguments: str) -> list[str]:
        """The names of what a command lists, in order."""
        return sorted(str(one["name"]) for one in self(*arguments))
