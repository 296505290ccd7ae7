"""Release records: what was deployed, by whom, from which revision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.state.database import Database


@dataclass(frozen=True)
class Release:
    """An immutable record. `document` is the resolved project with secrets masked;
    `images` maps a service to the image it runs."""

    id: str
    created: str
    author: str
    revision: str
    config_hash: str
    images: Mapping[str, str]
    document: str


class Releases:
    """The releases of one environment, oldest first."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment

    def add(self, release: Release) -> None:
        """Record one release; recording the same id again replaces it."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO releases (id, environment, created, author, revision,"
                " config_hash, images, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    release.id,
                    self._environment,
                    release.created,
                    release.author,
                    release.revision,
                    release.config_hash,
                    json.dumps(dict(release.images), sort_keys=True),
                    release.document,
                ),
            )

    def all(self) -> tuple[Release, ...]:
        rows = self._database.rows(
            "SELECT * FROM releases WHERE environment = ? ORDER BY created, id", self._environment
        )
        return tuple(
            Release(
                id=row["id"],
                created=row["created"],
                author=row["author"],
                revision=row["revision"],
                config_hash=row["config_hash"],
                images=json.loads(row["images"]),
                document=row["document"],
            )
            for row in rows
        )
