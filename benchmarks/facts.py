"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.commands import said, user_environment


@dataclass(frozen=True)
class Facts:
    """The machine and the tools. `load` is the load average of the last minute at the start:
    well above zero, someone else was at work too."""

    time: str
    cores: int
    memory_gib: float
    load: float
    system: str
    python: str
    ssh: str
    docker: str
    aws: str


def read_facts() -> Facts:
    """The facts at this moment."""
    user = user_environment({})
    return Facts(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        load=round(os.getloadavg()[0], 2),
        system=f"Linux {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        ssh=said(["ssh", "-V"], user),
        docker=said(
            ["docker", "version", "--format", "{{.Client.Version}}/{{.Server.Version}}"], user
        ),
        aws=said(["aws", "--version"], user),
    )
