"""What can go wrong between here and a machine, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.endpoint import Endpoint


class HostKeyMismatch(LongshoreError):
    """The server proved a host key that is not pinned. Raised right after the key
    exchange: no user name, signature or command was sent."""

    exit_code = ExitCode.HOST_KEY

    def __init__(self, endpoint: Endpoint, expected: Iterable[str], seen: str) -> None:
        self.endpoint = endpoint
        self.expected = tuple(sorted(expected))
        self.seen = seen
        super().__init__(
            f"{endpoint}: the SSH host key is not the pinned one; nothing was sent to it\n"
            f"  expected {' or '.join(self.expected)}\n"
            f"  seen     {seen}",
            advice="another server answers at this address, or the machine was made anew. "
            "Compare the fingerprint on the machine's console. If the machine was replaced on "
            "purpose, take it down and run `up` again; never go on while the two differ",
        )


class HostKeyUnknown(LongshoreError):
    """There is no pin to check the server against, so no connection is made."""

    exit_code = ExitCode.HOST_KEY

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(
            f"{endpoint}: no host key is pinned for this machine, so it was not contacted",
            advice="the pin is kept in the state and in the machine's tag `longshore-hostkey`; "
            "restore either of them, or replace the machine",
        )


class Unreachable(LongshoreError):
    """No SSH session stood before the deadline; `reason` is that of the last try."""

    exit_code = ExitCode.UNREACHABLE

    def __init__(self, endpoint: Endpoint, seconds: float, reason: str) -> None:
        self.endpoint = endpoint
        self.reason = reason
        super().__init__(
            f"{endpoint}: no SSH session within {seconds:.0f} s: {reason}",
            advice="check that the machine runs, that the firewall allows SSH from your present "
            "address, and read its console output",
        )


class IncompatibleServer(LongshoreError):
    """The SSH server shares no acceptable algorithm with us; trying again cannot help."""

    exit_code = ExitCode.UNREACHABLE

    def __init__(self, endpoint: Endpoint, reason: str) -> None:
        super().__init__(
            f"{endpoint}: the SSH server agrees on no algorithm that Longshore accepts: {reason}",
            advice="allow curve25519 or ECDH key exchange and AES-GCM or AES-CTR (sshd_config)",
        )


class AuthenticationRefused(LongshoreError):
    """The server (its host key verified) took none of the keys."""

    exit_code = ExitCode.AUTH

    def __init__(self, endpoint: Endpoint, tried: tuple[str, ...], reason: str = "") -> None:
        self.endpoint = endpoint
        self.tried = tried
        keys = ", ".join(tried) or "no key at all"
        tail = f" ({reason})" if reason else ""
        super().__init__(
            f"{endpoint}: user {endpoint.user!r} was refused; tried {keys}{tail}",
            advice="check `ssh:` in the project file: the key must be the one the machine was "
            "made with, or be listed in the user's authorized_keys there",
        )


class KeyUnusable(LongshoreError):
    """A private key file is missing, unreadable, encrypted or of an unknown kind."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, path: Path, reason: str, advice: str) -> None:
        self.path = path
        super().__init__(f"SSH key {path}: {reason}", advice=advice)


class ConnectionLost(LongshoreError):
    """The SSH connection ended while something was using it."""

    exit_code = ExitCode.UNREACHABLE

    def __init__(self, endpoint: Endpoint, doing: str) -> None:
        super().__init__(
            f"{endpoint}: the SSH connection was lost while {doing}",
            advice="run the same command again; it goes on from what is done",
        )


class ChannelRefused(LongshoreError):
    """The server would not open a channel to a socket or port; `reason` says why."""

    def __init__(self, endpoint: Endpoint, target: str, reason: str, advice: str = "") -> None:
        self.endpoint = endpoint
        self.target = target
        self.reason = reason
        super().__init__(f"{endpoint}: cannot reach {target}: {reason}", advice=advice)
