"""From the project file and the Compose file to the desired state.

    project = load_project(Path("longshore.yaml"), environment=None, environ=os.environ)

Importing this package is cheap; PyYAML comes in with the first load.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestrator.spec.model import Project
from orchestrator.spec.problem import Problem, SpecError

__all__ = ["Problem", "Project", "SpecError", "load_project"]


def load_project(
    file: Path,
    *,
    environment: str | None,
    environ: Mapping[str, str],
    services: bool = True,
) -> Project:
    """Read, interpolate, check and merge the project file and its Compose file.

    `environment` None takes the only one there is. Without `services` the Compose file is
    left aside and the project has none: enough to find machines and to take them down, and
    possible without the secrets that the services need. Reads files and nothing else;
    calling it twice is safe. Raises SpecError with every mistake found.
    """
    from orchestrator.spec.load import load

    return load(file, environment=environment, environ=environ, services=services)
