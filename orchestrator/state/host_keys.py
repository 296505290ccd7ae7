"""Host keys of servers that a person has compared and confirmed, once."""

from __future__ import annotations

from datetime import UTC, datetime

from orchestrator.state.database import Database


class ConfirmedKeys:
    """Of one environment: public key lines, by `address:port` of the SSH server."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment

    def get(self, server: str) -> str | None:
        """The confirmed key of a server, None when nobody has confirmed one."""
        rows = self._database.rows(
            "SELECT host_key FROM host_keys WHERE environment = ? AND server = ?",
            self._environment,
            server,
        )
        return str(rows[0]["host_key"]) if rows else None

    def save(self, server: str, host_key: str) -> None:
        """Remember a key; another one in its place when there is one already."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO host_keys (environment, server, host_key, confirmed)"
                " VALUES (?, ?, ?, ?)",
                (
                    self._environment,
                    server,
                    host_key,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                ),
            )

    def forget(self, server: str) -> None:
        """Drop it; forgetting twice is fine."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM host_keys WHERE environment = ? AND server = ?",
                (self._environment, server),
            )
