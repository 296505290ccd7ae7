"""The SQLite file under `.longshore/`: opening it, its permissions, its schema."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import LongshoreError

STATE_DIRECTORY = ".longshore"
SANDBOX_DIRECTORY = ".longshore/sandbox"
"""A rehearsal keeps its own records, so that it can never touch the real ones."""
DATABASE = "state.db"
SCHEMA_VERSION = 2
BUSY_SECONDS = 10.0

SCHEMA = """
CREATE TABLE machines (
    environment TEXT NOT NULL, name TEXT NOT NULL, target TEXT NOT NULL,
    provider TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL, token TEXT NOT NULL,
    address TEXT NOT NULL, pin TEXT NOT NULL, pin_next TEXT NOT NULL DEFAULT '',
    rotated INTEGER NOT NULL DEFAULT 0, host_key TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (environment, name)
);
CREATE TABLE places (
    environment TEXT NOT NULL, provider TEXT NOT NULL, region TEXT NOT NULL,
    PRIMARY KEY (environment, provider, region)
);
CREATE TABLE requests (
    token TEXT PRIMARY KEY, environment TEXT NOT NULL, machine TEXT NOT NULL,
    body TEXT NOT NULL, created TEXT NOT NULL
);
CREATE TABLE releases (
    id TEXT NOT NULL, environment TEXT NOT NULL, created TEXT NOT NULL, author TEXT NOT NULL,
    revision TEXT NOT NULL, config_hash TEXT NOT NULL, images TEXT NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (environment, id)
);
CREATE TABLE runs (
    id TEXT PRIMARY KEY, command TEXT NOT NULL, environment TEXT NOT NULL,
    started TEXT NOT NULL, finished TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT ''
);
CREATE TABLE journal (
    run TEXT NOT NULL, operation TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    machine TEXT NOT NULL, status TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, operation)
);
"""
SINCE = {
    2: """
CREATE TABLE servers (
    environment TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (environment, id)
);
CREATE TABLE host_keys (
    environment TEXT NOT NULL, server TEXT NOT NULL, host_key TEXT NOT NULL,
    confirmed TEXT NOT NULL, PRIMARY KEY (environment, server)
);
""",
}
"""What each later version added to the first one."""


class StateError(LongshoreError):
    """The state file cannot be used."""


def make_private(directory: Path) -> None:
    """Make the state folder, and those above it that are missing, for its owner only. One
    that is there already (by hand, from a backup) is closed to others, and so is the state
    folder around a rehearsal's; those further up are not ours."""
    for folder in reversed([directory, *directory.parents]):
        if not folder.exists():
            folder.mkdir(exist_ok=True, mode=0o700)
    for folder in (directory, directory.parent):
        if folder is directory or folder.name == STATE_DIRECTORY:
            _close_to_others(folder)


def _close_to_others(path: Path) -> None:
    """Take away what others may do. Someone else's file is left as it is: that is theirs."""
    found = path.stat()
    if found.st_mode & 0o077 and found.st_uid == os.geteuid():
        path.chmod(found.st_mode & 0o700)


class Database:
    """One connection, shared by the runner's threads, one statement group at a time."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file at `path`, creating it unless `create` is false: then a missing
        file reads as an empty one, kept in memory, so that `plan` leaves no trace.

        The folder is 0700 and the file 0600, because pinned keys and pending requests are
        in it. Raises StateError when it cannot be opened or is from a newer version.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            if create:
                make_private(path.parent)
                # Create with the right mode before SQLite writes a first byte.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                _close_to_others(path)
            self._connection = sqlite3.connect(
                path if create or path.exists() else ":memory:",
                timeout=BUSY_SECONDS,
                check_same_thread=False,
                isolation_level=None,
            )
            self._connection.row_factory = sqlite3.Row
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"{path}: the state file cannot be opened: {error}",
                advice="check its permissions; if it is damaged, move it away: the machines "
                "are found again by their tags",
            ) from error

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode=WAL")
        # Erased requests held a host key: overwrite what is deleted.
        run("PRAGMA secure_delete=ON")
        version = run("PRAGMA user_version").fetchone()[0]
        if version < SCHEMA_VERSION:
            # One transaction: a kill, or another first opener, finds none or all of it.
            with self.transaction() as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                while version < SCHEMA_VERSION:
                    version += 1
                    for statement in filter(str.strip, SINCE.get(version, SCHEMA).split(";")):
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version={version}")
        if version > SCHEMA_VERSION:
            raise StateError(
                f"{self.path} was written by a newer Longshore",
                advice="install the version that wrote it, or a later one",
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside becomes durable together or not at all."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:  # whatever it was: all of it or nothing
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of one SELECT."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Fold the write-ahead log in, so that nothing erased lingers there, and close."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()
