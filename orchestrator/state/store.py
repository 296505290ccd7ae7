"""Everything remembered of one environment, behind one object."""

from __future__ import annotations

from pathlib import Path

from orchestrator.state.database import DATABASE, Database
from orchestrator.state.host_keys import ConfirmedKeys
from orchestrator.state.journal import Journal
from orchestrator.state.machines import MachineRecords
from orchestrator.state.places import Places
from orchestrator.state.releases import Releases
from orchestrator.state.requests import PendingRequests
from orchestrator.state.servers import SavedServers


class Store:
    """Opens the state folder and hands out the records of one environment."""

    def __init__(self, directory: Path, environment: str, *, create: bool = True) -> None:
        """Raises StateError when the file cannot be used; see `Database` for `create`."""
        self.directory = directory
        self._database = Database(directory / DATABASE, create=create)
        self.machines = MachineRecords(self._database, environment)
        self.requests = PendingRequests(self._database, environment)
        self.places = Places(self._database, environment)
        self.releases = Releases(self._database, environment)
        self.journal = Journal(self._database, environment)
        self.servers = SavedServers(self._database, environment)
        self.host_keys = ConfirmedKeys(self._database, environment)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
