"""What can be wrong with the host key of a server that was there before us."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.endpoint import Endpoint
from orchestrator.machines.errors import HostKeyMismatch
from orchestrator.machines.host_trust import HostTrust
from orchestrator.machines.hostkeys import openssh_fingerprint

SEE_IT = "`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the server's console shows it"


class ServerKeyMismatch(HostKeyMismatch):
    """A server proved another host key than the one that is known; nothing was sent to it."""

    def __init__(self, endpoint: Endpoint, trust: HostTrust, seen: Iterable[str]) -> None:
        self.endpoint = endpoint
        self.expected = tuple(sorted(trust.pins))
        shown = [openssh_fingerprint(pin) for pin in seen]
        self.seen = " and ".join(shown) or f"no key of type {' or '.join(trust.key_types)}"
        wanted = " or ".join(openssh_fingerprint(pin) for pin in self.expected)
        LongshoreError.__init__(
            self,
            f"{endpoint}: the SSH host key is not the one of {trust.source}; "
            "nothing was sent to it\n"
            f"  expected {wanted}\n"
            f"  seen     {self.seen}",
            advice="another server answers at this address, or this one was set up anew. "
            f"Compare the fingerprint first ({SEE_IT}); if it is the server's, write it as "
            "`host_key:` of the host, or put the new key into known_hosts",
        )


class HostKeyRevoked(LongshoreError):
    """A server proved a host key that the user's known_hosts revokes."""

    exit_code = ExitCode.HOST_KEY

    def __init__(self, endpoint: Endpoint, seen: str) -> None:
        super().__init__(
            f"{endpoint}: the SSH host key {openssh_fingerprint(seen)} is revoked in your "
            "known_hosts; nothing was sent to it",
            advice="give the server a new host key: whoever has the revoked one can pose as it",
        )


class HostKeyUnconfirmed(LongshoreError):
    """Nobody has said that a server's host key is the right one; nothing was sent to it."""

    exit_code = ExitCode.HOST_KEY

    def __init__(self, endpoint: Endpoint, seen: str, why: str, *, authority: bool = False) -> None:
        tail = (
            ". Your known_hosts names an authority that signs host keys, and Longshore does not "
            "read certificates"
            if authority
            else ""
        )
        super().__init__(
            f"{endpoint}: the SSH host key is not known: {why}\n  seen     "
            f"{openssh_fingerprint(seen)}",
            advice=f"compare the fingerprint ({SEE_IT}), then write it as `host_key:` of the "
            f"host in the project file, or put the key into your known_hosts{tail}",
        )
