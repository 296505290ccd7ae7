"""Write down what now runs."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.spec.model import Project
from orchestrator.spec.resolved import resolved_document
from orchestrator.state.releases import Release
from orchestrator.who import who

GIT_DEADLINE = 5.0


@dataclass(frozen=True, kw_only=True)
class RecordRelease(Operation):
    """The release record, once every container of it is in place. Secret values are not
    in it: the document is the resolved project with each of them masked."""

    kind: ClassVar[str] = "release"

    @property
    def subject(self) -> str:
        return "record"

    def apply(self, context: Context) -> bool:
        document = document_of(context.project)
        context.store.releases.add(
            Release(
                id=context.release,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                author=who(),
                revision=revision_of(context.project.directory),
                config_hash=release_hash(context.project),
                images=context.results.images(),
                document=document,
            )
        )
        return True


def document_of(project: Project) -> str:
    """The resolved project with secrets masked, as a release keeps it."""
    return json.dumps(resolved_document(project, masked=True), sort_keys=True)


def release_hash(project: Project) -> str:
    """The same for the same resolved project. Secret values do not count: they are masked."""
    return hashlib.sha256(document_of(project).encode()).hexdigest()


def revision_of(directory: Path) -> str:
    """The commit that is checked out in `directory`, with `-dirty` when files differ from
    it; empty without git or outside a repository."""
    command = ["git", "-C", str(directory), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        said = subprocess.run(
            command, capture_output=True, text=True, timeout=GIT_DEADLINE, check=False
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
