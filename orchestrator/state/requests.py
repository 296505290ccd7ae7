"""Create requests kept, byte for byte, from before the call until the key is rotated.

A retry with the same token must carry the same parameters, user data included (EC2
answers IdempotentParameterMismatch otherwise), so the rendered request is the unit. Which
provider it is for is kept with it: a target may be in several clouds.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from orchestrator.state.database import Database
from providers.contract.types import Image, MachineRequest, Owner, Place

PROVIDER = "provider"
"""The key beside those of the request itself."""


@dataclass(frozen=True)
class Pending:
    """A request, and the provider it is for: empty in a state file from before targets could
    be in several clouds."""

    request: MachineRequest
    provider: str

    def is_for(self, place: Place) -> bool:
        """Whether it asks for a machine in that place."""
        return self.request.region == place.region and self.provider in ("", place.provider)


class PendingRequests:
    """The pending requests of one environment, at most one per machine name."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment

    def save(self, request: MachineRequest, provider: str) -> None:
        """Make the request durable; must return before the create call is sent."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO requests (token, environment, machine, body, created)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    request.token,
                    self._environment,
                    request.name,
                    _dump(request, provider),
                    _now(),
                ),
            )

    def sent_again(self, token: str) -> None:
        """Note that its call is made again now: what comes of that may not be listed yet,
        however old the request is. Must return before the call is sent."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE requests SET created = ? WHERE token = ?", (_now(), token))

    def all(self) -> dict[str, Pending]:
        """The newest pending request of each machine name."""
        rows = self._database.rows(
            "SELECT machine, body FROM requests WHERE environment = ? ORDER BY created, rowid",
            self._environment,
        )
        return {row["machine"]: _load(row["body"]) for row in rows}

    def younger_than(self, seconds: float) -> tuple[str, ...]:
        """The machines whose create call may be so recent that a cloud does not list what
        came of it yet."""
        since = datetime.now(UTC) - timedelta(seconds=seconds)
        rows = self._database.rows(
            "SELECT DISTINCT machine FROM requests WHERE environment = ? AND created > ?",
            self._environment,
            since.isoformat(timespec="seconds"),
        )
        return tuple(row["machine"] for row in rows)

    def erase(self, token: str) -> None:
        """Forget one request; the bytes are overwritten. Erasing twice is fine."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM requests WHERE token = ?", (token,))

    def erase_but(self, machines: Iterable[str]) -> None:
        """Forget every request that is not for one of these machines."""
        kept = set(machines)
        rows = self._database.rows(
            "SELECT token, machine FROM requests WHERE environment = ?", self._environment
        )
        for row in rows:
            if row["machine"] not in kept:
                self.erase(row["token"])

    def erase_all(self) -> None:
        """Forget every request: the whole environment has been taken down."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM requests WHERE environment = ?", (self._environment,))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _dump(request: MachineRequest, provider: str) -> str:
    document = {**asdict(request), PROVIDER: provider}
    document["user_data"] = base64.b64encode(request.user_data).decode("ascii")
    return json.dumps(document, sort_keys=True)


def _load(text: str) -> Pending:
    document = json.loads(text)
    provider = str(document.pop(PROVIDER, ""))
    document["user_data"] = base64.b64decode(document["user_data"])
    document["owner"] = Owner(**document["owner"])
    document["image"] = Image(**document["image"])
    return Pending(MachineRequest(**document), provider)
