"""What another environment made under a name that is ours too.

`shop-eu` in `test` and `shop` in `eu-test` give the same names. On machines that we made they
never meet; a server that was there before us may carry both.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.engine.client import DockerApi
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.labels import LABEL_ENVIRONMENT, LABEL_PROJECT, Scope


def refuse_anothers(
    engine: DockerApi, scope: Scope, what: str, labels: Mapping[str, str] | None
) -> None:
    """Raise ConflictError for what carries another environment's labels. What carries none was
    made by hand, and serves."""
    found = labels or {}
    project, environment = found.get(LABEL_PROJECT), found.get(LABEL_ENVIRONMENT)
    if project is None or (project, environment) == (scope.project, scope.environment):
        return
    raise ConflictError(
        engine.name,
        f"use {what}",
        f"it is that of environment {environment} of project {project}",
        advice="give the project or the environment another name, or put them on different "
        "servers: both names together read alike",
    )
