"""The journal: each operation is written down before it starts and after it ended."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from orchestrator.state.database import Database

Status = Literal["started", "done", "unchanged", "failed", "interrupted"]


@dataclass(frozen=True)
class Entry:
    """One operation of one run. `started` without an end means the process died in it."""

    run: str
    operation: str
    kind: str
    subject: str
    machine: str
    status: Status
    started: str
    finished: str
    message: str


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Journal:
    """Writes the entries of one run and reads those of earlier ones."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment
        self.run = ""

    def begin(self, command: str) -> str:
        """Start a run and return its id."""
        self.run = uuid.uuid4().hex[:12]
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO runs (id, command, environment, started) VALUES (?, ?, ?, ?)",
                (self.run, command, self._environment, _now()),
            )
        return self.run

    def end(self, outcome: str) -> None:
        """Close the run; a run without an outcome was killed."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE runs SET finished = ?, outcome = ? WHERE id = ?",
                (_now(), outcome, self.run),
            )

    def intend(self, operation: str, kind: str, subject: str, machine: str) -> None:
        """Write down that an operation is about to start."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO journal (run, operation, kind, subject, machine, status,"
                " started) VALUES (?, ?, ?, ?, ?, 'started', ?)",
                (self.run, operation, kind, subject, machine, _now()),
            )

    def conclude(self, operation: str, status: Status, message: str = "") -> None:
        """Write down how it ended."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE journal SET status = ?, finished = ?, message = ?"
                " WHERE run = ? AND operation = ?",
                (status, _now(), message, self.run, operation),
            )

    def unfinished(self) -> tuple[Entry, ...]:
        """What the environment's last run left in the middle: operations that started and
        never ended, because the process died or was stopped. Empty after an orderly end."""
        rows = self._database.rows(
            "SELECT journal.* FROM journal JOIN (SELECT id FROM runs WHERE environment = ?"
            " AND id != ? ORDER BY started DESC, rowid DESC LIMIT 1) AS last"
            " ON journal.run = last.id WHERE journal.status IN ('started', 'interrupted')"
            " ORDER BY journal.started, journal.rowid",
            self._environment,
            self.run,
        )
        return tuple(
            Entry(**{name: row[name] for name in Entry.__dataclass_fields__}) for row in rows
        )
