"""Machine records: where a machine was last seen and which host key it must show."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.state.database import Database


@dataclass(frozen=True)
class MachineRecord:
    """What is remembered of one machine.

    `pin` and `pin_next` are host-key fingerprints; while both stand, either is accepted.
    `rotated` says that the key from user data has been replaced.
    """

    name: str
    target: str
    provider: str
    region: str
    id: str
    token: str
    address: str
    pin: str
    pin_next: str = ""
    rotated: bool = False
    host_key: str = ""

    @property
    def pins(self) -> frozenset[str]:
        return frozenset(pin for pin in (self.pin, self.pin_next) if pin)


class MachineRecords:
    """The records of one environment."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment

    def all(self) -> dict[str, MachineRecord]:
        """Every record, by machine name."""
        rows = self._database.rows(
            "SELECT * FROM machines WHERE environment = ? ORDER BY name", self._environment
        )
        records = [
            MachineRecord(
                name=row["name"],
                target=row["target"],
                provider=row["provider"],
                region=row["region"],
                id=row["id"],
                token=row["token"],
                address=row["address"],
                pin=row["pin"],
                pin_next=row["pin_next"],
                rotated=bool(row["rotated"]),
                host_key=row["host_key"],
            )
            for row in rows
        ]
        return {record.name: record for record in records}

    def save(self, record: MachineRecord) -> None:
        """Insert or replace the record of `record.name`."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO machines (environment, name, target, provider, region,"
                " id, token, address, pin, pin_next, rotated, host_key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._environment,
                    record.name,
                    record.target,
                    record.provider,
                    record.region,
                    record.id,
                    record.token,
                    record.address,
                    record.pin,
                    record.pin_next,
                    int(record.rotated),
                    record.host_key,
                ),
            )

    def forget(self, name: str) -> None:
        """Drop the record; forgetting twice is fine."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM machines WHERE environment = ? AND name = ?",
                (self._environment, name),
            )
