"""Where a machine answers and how to sign in there; plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Endpoint:
    """The SSH server of one machine. `name` is what people call it, such as `us-1`."""

    address: str
    port: int
    user: str
    name: str

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.name} ({host}:{self.port})"


@dataclass(frozen=True)
class Login:
    """A private key file, the keys of the running SSH agent, or both.

    With both, the agent is asked first for the very key of the file (its `.pub` is beside
    it), so a key file with a passphrase works once the agent holds it.
    """

    key: Path | None
    agent: bool = False
