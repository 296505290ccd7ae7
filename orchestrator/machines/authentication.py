"""Signing in: the key file, the agent's keys, and the wait for the server's answer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.ssh_exception import SSHException

from orchestrator.machines.endpoint import Endpoint, Login
from orchestrator.machines.errors import AuthenticationRefused, KeyUnusable
from orchestrator.machines.handshake import NotYet
from orchestrator.machines.keys import public_key_beside
from orchestrator.machines.streamlocal import ChannelTransport
from orchestrator.machines.wire import SLICE, GiveUp

ANSWER_TIMEOUT = 30.0
"""Seconds for the answer to one key; PAM modules can be slow."""
AGENT_KEYS = 5
"""OpenSSH's server ends the connection after six tries (MaxAuthTries)."""


@dataclass(frozen=True)
class Candidate:
    """One key to offer, and what to call it in an error."""

    label: str
    key: paramiko.PKey


class Keyring:
    """The keys of one Login, loaded once; reusable over many connection attempts.

    `close` ends the session with the agent.
    """

    def __init__(self, login: Login) -> None:
        self._agent = paramiko.Agent() if login.agent else None
        try:
            self.candidates = self._collect(login)
        except BaseException:  # whatever it was: the agent is let go
            self.close()
            raise

    def close(self) -> None:
        if self._agent is not None:
            self._agent.close()

    def _collect(self, login: Login) -> tuple[Candidate, ...]:
        held = tuple(self._agent.get_keys()) if self._agent else ()
        if login.key is None:
            return tuple(
                Candidate(f"agent key {key.comment or key.get_name()}", key)
                for key in held[:AGENT_KEYS]
            )
        public = public_key_beside(login.key)
        for key in held:
            if public is not None and key.get_base64() == public.split()[1]:
                return (Candidate(f"agent key for {login.key}", key),)
        return (Candidate(f"key {login.key}", load_key(login.key)),)


def load_key(path: Path) -> paramiko.PKey:
    """The private key in `path` (ed25519, RSA or ECDSA). Raises KeyUnusable."""
    try:
        return paramiko.PKey.from_path(path)
    except FileNotFoundError as error:
        raise KeyUnusable(path, "there is no such file", "correct `ssh.key`") from error
    except OSError as error:
        raise KeyUnusable(path, str(error.strerror), "make it readable for you only") from error
    except (paramiko.PasswordRequiredException, TypeError) as error:
        # cryptography says TypeError for an encrypted key without a passphrase.
        raise KeyUnusable(
            path,
            "it is protected by a passphrase",
            f"add it to your agent (ssh-add {path}) and set `ssh: {{agent: true}}`",
        ) from error
    except (ValueError, SSHException, UnsupportedAlgorithm) as error:
        raise KeyUnusable(
            path,
            "not a private key that can be used",
            "use an ed25519, RSA or ECDSA key in OpenSSH or PEM form",
        ) from error


def authenticate(
    transport: ChannelTransport, endpoint: Endpoint, keyring: Keyring, *, give_up: GiveUp
) -> None:
    """Sign in with the first key the server takes. The transport must be verified.

    Raises AuthenticationRefused when it takes none, NotYet when the connection ends.
    """
    tried: list[str] = []
    reason = ""
    for candidate in keyring.candidates:
        tried.append(candidate.label)
        reason = _offer(transport, endpoint.user, candidate.key, give_up)
        if transport.is_authenticated():
            return
        if not transport.is_active():
            break
    raise AuthenticationRefused(endpoint, tuple(tried), reason)


def _offer(transport: ChannelTransport, user: str, key: paramiko.PKey, give_up: GiveUp) -> str:
    """Offer one key; the server's reason when it was refused and gave one."""
    answered = threading.Event()
    until = time.monotonic() + ANSWER_TIMEOUT
    try:
        transport.auth_publickey(user, key, event=answered)
    except SSHException as error:
        raise NotYet(f"the connection ended before signing in: {error}") from error
    while not answered.wait(SLICE):
        give_up()
        if time.monotonic() >= until:
            raise NotYet(f"no answer to signing in within {ANSWER_TIMEOUT:.0f} s")
    failure = transport.get_exception()
    if isinstance(failure, paramiko.BadAuthenticationType):
        return f"the server only allows {', '.join(failure.allowed_types)}"
    if isinstance(failure, EOFError | OSError):
        raise NotYet("the server closed the connection while signing in") from failure
    return ""
