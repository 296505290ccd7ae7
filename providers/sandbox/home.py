"""The folder of one sandbox and what lies in it."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

HOME_VARIABLE = "LONGSHORE_SANDBOX_HOME"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def default_home() -> Path:
    """LONGSHORE_SANDBOX_HOME, else the user's state folder."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen) if chosen else Path.home() / ".local/state/longshore/sandbox"


@dataclass(frozen=True)
class ServerRecord:
    """The running server as it was started: `token` is part of its command line, so that a
    process id that was given to another process is not taken for ours. `tls_port` serves the
    APIs that are asked over TLS only."""

    pid: int
    token: str
    port: int
    image: str
    tls_port: int


@dataclass(frozen=True)
class Home:
    """Paths of one sandbox. The folder is private: seeds hold host keys."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held by `up` and `down`, so that two of them do not work at once."""
        return self.folder / "lock"

    @property
    def server_file(self) -> Path:
        """The ServerRecord as JSON."""
        return self.folder / "server.json"

    @property
    def server_log(self) -> Path:
        """Standard output and error of the server process."""
        return self.folder / "server.log"

    @property
    def env_file(self) -> Path:
        """The environment as `KEY=value` lines."""
        return self.folder / "env"

    @property
    def exchanges(self) -> Path:
        """One JSON line for each API request and its answer."""
        return self.folder / "exchanges.jsonl"

    @property
    def traffic(self) -> Path:
        """Whole exchanges of the REST APIs, where recording is on (see `rest/recorder.py`)."""
        return self.folder / "traffic.jsonl"

    @property
    def guests(self) -> Path:
        """One folder for each machine that has a guest agent (see `guest.py`)."""
        return self.folder / "guests"

    @property
    def seeds(self) -> Path:
        """One folder a machine: the NoCloud seed it boots with."""
        return self.folder / "seeds"

    @property
    def consoles(self) -> Path:
        """The console of each machine that is gone."""
        return self.folder / "consoles"

    @property
    def resolv_conf(self) -> Path:
        """Name servers for the machines."""
        return self.folder / "resolv.conf"

    def make(self) -> None:
        """Create the folders; calling twice is safe."""
        for folder in (self.folder, self.guests, self.seeds, self.consoles):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def sandbox_id(self) -> str:
        """Eight hexadecimal digits, made at the first call and kept."""
        file = self.folder / "id"
        if not file.exists():
            write_private(file, uuid.uuid4().hex[:8])
        return file.read_text().strip()

    def read_server(self) -> ServerRecord | None:
        """What the last `up` wrote, whether or not that server still runs."""
        try:
            return ServerRecord(**json.loads(self.server_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_server(self, record: ServerRecord) -> None:
        """Record a started server."""
        write_private(self.server_file, json.dumps(asdict(record)))


def write_private(file: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    draft = file.with_name(f"{file.name}.{uuid.uuid4().hex[:8]}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    draft.replace(file)
