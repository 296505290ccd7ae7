"""The user's known_hosts: what OpenSSH has been told of a server's host keys.

The format is that of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT": patterns with `*`, `?` and `!`,
hashed names, `[host]:port` where the port is not 22, and the markers `@revoked` and
`@cert-authority`. paramiko's reader knows neither markers nor patterns.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from orchestrator.machines.host_trust import ALGORITHMS
from orchestrator.machines.hostkeys import blob_fingerprint
from orchestrator.spec.ports import SSH_PORT

SYSTEM_FILE = Path("/etc/ssh/ssh_known_hosts")
REVOKED = "@revoked"
AUTHORITY = "@cert-authority"


@dataclass(frozen=True)
class KnownLine:
    """One line. `hosts` as written; `key_type` as in a public key line; `pin` of the key."""

    marker: str
    hosts: str
    key_type: str
    pin: str


@dataclass(frozen=True)
class KnownHost:
    """What the lines say of one server. `types` in the order of the lines; `authority` says
    that a line names who signs its host certificates."""

    pins: frozenset[str] = frozenset()
    types: tuple[str, ...] = ()
    revoked: frozenset[str] = frozenset()
    authority: bool = False


def known_hosts_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The user's own file and the system's, as ssh reads them."""
    home = environ.get("HOME")
    own = Path(home) if home else Path.home()
    return (own / ".ssh" / "known_hosts", own / ".ssh" / "known_hosts2", SYSTEM_FILE)


def read_known_hosts(files: Iterable[Path]) -> tuple[KnownLine, ...]:
    """Every line of the files that can be understood; a file that is not there, or is not
    for us to read, has none."""
    lines: list[KnownLine] = []
    for file in files:
        try:
            text = file.read_text("utf-8", errors="replace")
        except OSError:
            continue
        parsed = (parse_line(line) for line in text.splitlines())
        lines += [line for line in parsed if line is not None]
    return tuple(lines)


def parse_line(line: str) -> KnownLine | None:
    """None for comments, and for lines that ssh would pass over as well."""
    fields = line.split()
    marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
    if len(fields) < 3 or fields[0].startswith("#") or marker not in ("", REVOKED, AUTHORITY):
        return None
    try:
        blob = base64.b64decode(fields[2], validate=True)
    except binascii.Error:
        return None
    name = fields[1].encode()
    if not blob.startswith(len(name).to_bytes(4, "big") + name):
        return None
    return KnownLine(marker, fields[0], fields[1], blob_fingerprint(blob))


def look_up(lines: Iterable[KnownLine], address: str, port: int) -> KnownHost:
    """What is known of the server at `address` and `port`. A key that a line revokes is no
    longer one of its keys, whichever line comes first."""
    name = address.lower() if port == SSH_PORT else f"[{address.lower()}]:{port}"
    found = [line for line in lines if matches(line.hosts, name)]
    revoked = frozenset(line.pin for line in found if line.marker == REVOKED)
    keys = [
        line
        for line in found
        if not line.marker and line.pin not in revoked and line.key_type in ALGORITHMS
    ]
    return KnownHost(
        pins=frozenset(line.pin for line in keys),
        types=tuple(dict.fromkeys(line.key_type for line in keys)),
        revoked=revoked,
        authority=any(line.marker == AUTHORITY for line in found),
    )


def matches(hosts: str, name: str) -> bool:
    """Whether the first field of a line stands for `name`. Of several patterns one has to
    match, and none with `!` in front may."""
    if hosts.startswith("|"):
        return _matches_hash(hosts, name)
    matched = False
    for pattern in hosts.lower().split(","):
        if pattern.startswith("!"):
            if _matches_pattern(pattern[1:], name):
                return False
        elif _matches_pattern(pattern, name):
            matched = True
    return matched


def _matches_pattern(pattern: str, name: str) -> bool:
    # ssh's patterns know no sets: a bracket stands for itself.
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _matches_hash(hosts: str, name: str) -> bool:
    """`|1|salt|hash`: HMAC-SHA1 of the name, keyed with the salt, both in base64."""
    parts = hosts.split("|")
    if len(parts) != 4 or parts[1] != "1":
        return False
    try:
        salt, wanted = base64.b64decode(parts[2]), base64.b64decode(parts[3])
    except binascii.Error:
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), wanted)
