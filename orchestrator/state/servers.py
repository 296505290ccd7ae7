"""Servers that carry something of ours, and how to sign in there: for the day on which the
project file names them no more."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from orchestrator.state.database import Database


@dataclass(frozen=True)
class SavedJump:
    """The jump host in front of a server. `key` is a path, empty for none."""

    address: str
    port: int
    user: str
    key: str = ""
    agent: bool = False
    host_key: str = ""


@dataclass(frozen=True)
class SavedServer:
    """`id` is what it is known by (see `Host.id`), `label` what people call it; `key` a path,
    empty for none; `host_key` a fingerprint from the project file."""

    id: str
    label: str
    target: str
    address: str
    port: int
    user: str
    key: str = ""
    agent: bool = False
    host_key: str = ""
    jump: SavedJump | None = None


class SavedServers:
    """The servers of one environment."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment

    def all(self) -> dict[str, SavedServer]:
        """Every server, by id."""
        rows = self._database.rows(
            "SELECT id, body FROM servers WHERE environment = ? ORDER BY id", self._environment
        )
        return {row["id"]: _load(row["body"]) for row in rows}

    def save(self, server: SavedServer) -> None:
        """Insert or replace; must return before anything is put on the server."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO servers (environment, id, body) VALUES (?, ?, ?)",
                (self._environment, server.id, json.dumps(asdict(server), sort_keys=True)),
            )

    def forget(self, id: str) -> None:
        """Drop one; forgetting twice is fine."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM servers WHERE environment = ? AND id = ?", (self._environment, id)
            )


def _load(body: str) -> SavedServer:
    document = json.loads(body)
    jump = document["jump"]
    return SavedServer(**{**document, "jump": SavedJump(**jump) if jump else None})
