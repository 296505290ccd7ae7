"""Where this environment may have something: written down before the first call there."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.state.database import Database
from providers.contract.types import Place

__all__ = ["Place", "Places"]


class Places:
    """The places of one environment. A region that the project no longer names is still
    asked, until it has been seen to be empty."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment

    def all(self) -> frozenset[Place]:
        rows = self._database.rows(
            "SELECT provider, region FROM places WHERE environment = ?", self._environment
        )
        return frozenset(Place(row["provider"], row["region"]) for row in rows)

    def remember(self, places: Iterable[Place]) -> None:
        """Make the places durable; must return before anything is made there."""
        missing = set(places) - self.all()
        if not missing:
            return
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO places (environment, provider, region) VALUES (?, ?, ?)",
                [(self._environment, provider, region) for provider, region in missing],
            )

    def forget(self, places: Iterable[Place]) -> None:
        """Drop places that were seen to be empty; forgetting twice is fine."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM places WHERE environment = ? AND provider = ? AND region = ?",
                [(self._environment, provider, region) for provider, region in places],
            )
