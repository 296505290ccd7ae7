"""Root's shell on a server: whose complaint it is that a script ends with."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from orchestrator.app.server_shell import ServerShell
from orchestrator.errors import LongshoreError
from orchestrator.machines.command import Command, Completed
from orchestrator.machines.endpoint import Endpoint
from orchestrator.reporting.events import Warned
from providers.contract.errors import AuthError, TransientError
from providers.contract.types import UNREACHABLE, Server

SERVER = Server("db", "203.0.113.7")
ENDPOINT = Endpoint("203.0.113.7", 22, "admin", "db")
WARNING = b"sudo: unable to resolve host db: Name or service not known\n"


@dataclass
class PaperFleet:
    """Answers every command alike, or refuses the connection."""

    status: int
    stderr: bytes
    sent: list[Command] = field(default_factory=list)
    refusal: LongshoreError | None = None

    def line(self, id: str, address: str) -> str:
        return id

    def user(self, id: str) -> str:
        return "admin"

    def connect(self, *_: object, **__: object) -> PaperFleet:
        if self.refusal is not None:
            raise self.refusal
        return self

    def run(self, command: Command) -> Completed:
        self.sent.append(command)
        return Completed(ENDPOINT, command, self.status, b"", self.stderr, 0.1)


def shell(status: int, stderr: bytes) -> ServerShell:
    return ServerShell(PaperFleet(status, stderr), SERVER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "stderr"),
    [
        (1, b"sudo: a password is required\n"),
        (1, WARNING + b"sudo: a password is required\n"),
        (127, b"sh: 1: sudo: not found\n"),
    ],
)
def test_a_refusal_of_sudo_names_the_user_and_the_way(status: int, stderr: bytes) -> None:
    with pytest.raises(AuthError, match="admin") as caught:
        shell(status, stderr)("true", deadline=5.0)
    assert "NOPASSWD" in caught.value.advice


@pytest.mark.parametrize("status", [0, 1, 75])
def test_a_warning_of_sudo_is_no_refusal(status: int) -> None:
    """Where the script fails by itself, its own words come last."""
    said = WARNING + (b"another change holds the lock\n" if status else b"")
    assert shell(status, said)("true", deadline=5.0).status == status


class Heard:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def emit(self, event: object) -> None:
        self.events.append(event)


def test_one_that_shows_another_key_ends_the_run_unless_it_has_left_the_project() -> None:
    """Then its address may be somebody else's by now, and nobody could take it out of the
    list."""
    fleet = PaperFleet(0, b"", refusal=LongshoreError("db shows another host key"))
    with pytest.raises(AuthError, match="another host key"):
        ServerShell(fleet, SERVER)("true", deadline=5.0)  # type: ignore[arg-type]
    heard = Heard()
    with pytest.raises(TransientError, match="another host key") as caught:
        ServerShell(fleet, SERVER, heard)("true", deadline=5.0)  # type: ignore[arg-type]
    assert caught.value.code == UNREACHABLE
    (warned,) = heard.events
    assert isinstance(warned, Warned)
    assert fleet.sent == []
