"""A target of servers that are there already, as a shape."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import get_args

from orchestrator.spec.hosts import SERVERS
from orchestrator.spec.model import Os
from orchestrator.spec.shape import Either, Key, Keys, ListOf, Unfit
from orchestrator.spec.words import choice, flag, name, parsed, text, whole

_ADDRESS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?")
_USER = r"[a-z_][a-z0-9_-]{0,31}"
_SHORT = re.compile(
    rf"(?:(?P<user>{_USER})@)?(?:\[(?P<six>[0-9A-Fa-f:.%]+)\]|(?P<address>[^:\[\]@]+))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True)
class Short:
    """`user@address:port`; what is left out is None."""

    address: str
    user: str | None
    port: int | None


def _address(written: str) -> str:
    try:
        return str(ipaddress.ip_address(written))
    except ValueError:
        if not _ADDRESS.fullmatch(written):
            raise Unfit("") from None
    return written


def _short(written: str) -> Short:
    try:
        return Short(str(ipaddress.ip_address(written)), None, None)
    except ValueError:
        found = _SHORT.fullmatch(written)
    if found is None:
        raise Unfit("")
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 1 <= port <= 65_535:
        raise Unfit("")
    return Short(_address(found["six"] or found["address"]), found["user"], port)


def _fingerprint(written: str) -> str:
    fingerprint = written.rstrip("=")
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise Unfit("", "`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it there")
    return fingerprint


ADDRESS = parsed("an address or a host name", _address)
SHORT = parsed("an address such as 192.0.2.10 or admin@db.example.com:2222", _short)
PORT = whole("a port", 1, 65_535)
USER = text("a user name", _USER)
KEY = text("the path of a file")
AGENT = flag()
FINGERPRINT = parsed("a fingerprint such as SHA256:Kx2p...", _fingerprint)
HOST_NAME = name("a machine name")

_WAY_IN = {
    "port": Key(PORT, "The port of its SSH server; 22 by default."),
    "user": Key(USER, "Who signs in: root, or a user with sudo and no password."),
    "key": Key(KEY, "The private key that signs in there."),
    "agent": Key(AGENT, "true signs in with the keys of your SSH agent."),
    "host_key": Key(FINGERPRINT, "The fingerprint of its SSH host key."),
}
JUMP = Either(
    "a jump host such as admin@bastion.example.com:22, or a mapping with 'address'",
    word=SHORT,
    map=Keys(
        {
            "address": Key(ADDRESS, "Where it answers.", "address: bastion.example.com"),
            **_WAY_IN,
        },
        "a mapping with 'address'",
        together=True,
    ),
)
HOST = Either(
    "an address, or a mapping with 'address'",
    word=SHORT,
    map=Keys(
        {
            "address": Key(ADDRESS, "Where it answers.", "address: db.example.com"),
            "name": Key(HOST_NAME, "What it is called; the target's name and a number else."),
            **_WAY_IN,
            "jump": Key(JUMP, "The jump host in front of it; the target's by default."),
        },
        "a mapping with 'address'",
        together=True,
    ),
)
_FIXED = "servers keep the {} that they have"
MISPLACED = {
    "region": "servers are where they are, so there is no region to choose",
    "zone": "servers are where they are, so there is no zone to choose",
    "subnet": _FIXED.format("network"),
    "count": "the list of hosts says how many there are",
    "size": "servers are as big as they are",
    "disk": _FIXED.format("disks"),
    "market": "servers that are there already have no market",
    "spot": "servers that are there already have no market",
}
SERVER_TARGET = Keys(
    {
        "provider": Key(choice(SERVERS), "Machines that are there already.", "provider: servers"),
        "hosts": Key(
            ListOf(HOST, "a list of hosts", least=1), "The servers.", "hosts: [192.0.2.10]"
        ),
        "user": Key(USER, "Who signs in: root (the default), or a user with sudo."),
        "key": Key(KEY, "The private key that signs in; the one under `ssh` by default."),
        "agent": Key(AGENT, "true signs in with the keys of your SSH agent."),
        "jump": Key(JUMP, "The jump host in front of the servers."),
        "os": Key(choice(*get_args(Os)), "The system they must run; read from them by default."),
        "arch": Key(choice("x86_64", "arm64"), "What they must be; read from them by default."),
    },
    "a mapping with 'hosts'",
    misplaced=MISPLACED,
)
"""A target whose machines are there already."""
ONLY_FOR_SERVERS = {
    "hosts": "only `provider: servers` takes hosts: clouds make their machines",
    "user": "only `provider: servers` takes a user: on machines that are made it is `longshore`",
    "key": "only `provider: servers` takes a key here: for machines that are made it is under "
    "`ssh`",
    "agent": "only `provider: servers` takes this here: for machines that are made it is under "
    "`ssh`",
    "jump": "only `provider: servers` takes a jump host: machines that are made are reached "
    "directly",
}
