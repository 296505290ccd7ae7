"""Reading servers: what each is and which claims it carries, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

from providers.contract.errors import (
    AuthError,
    CloudError,
    DeadlineError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.ownership import is_owned
from providers.contract.types import Arch, Owner, Server
from providers.contract.waiting import Deadline
from providers.servers.access import PROVIDER, Access, called
from providers.servers.claims import Claim, parse_claim
from providers.servers.scripts import READ, read_script

PARALLEL = 32
GIB = 1024**3
ARCHITECTURES: dict[str, Arch] = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "arm64",
    "arm64": "arm64",
}
SYSTEMS = {"almalinux": "alma", "amzn": "amazon-linux"}
"""`ID` of /etc/os-release where projects write another word."""
NUMBERS = {"rhel": 1, "rocky": 1, "almalinux": 1, "centos": 1, "sles": 1, "alpine": 2}
"""How many numbers of VERSION_ID make a system, where it is not all of them."""


@dataclass(frozen=True)
class Seen:
    """One server as it answered. `memory` in bytes; `arch` as projects write it, else the
    machine's own word; `now` its clock, in seconds since 1970."""

    server: Server
    os: str
    arch: str
    cpus: int
    memory: int
    now: int
    claims: tuple[Claim, ...]

    @property
    def type(self) -> str:
        """What stands for a machine type: its size."""
        return f"{self.cpus} vCPU {round(self.memory / GIB, 1):g} GiB"

    def claim_of(self, owner: Owner) -> Claim | None:
        """The claim that carries the owner's tags."""
        return next((claim for claim in self.claims if is_owned(claim.tags, owner)), None)


def read_server(access: Access, server: Server, limit: Deadline | None = None) -> Seen:
    """Ask one server. Raises TransientError, AuthError, UnknownCloudError."""
    return parse_seen(server, access.run(server, READ, read_script(), limit=limit))


def read_servers(access: Access, servers: Sequence[Server]) -> list[Seen | CloudError]:
    """Ask all of them side by side; what went wrong stands in the place of the answer."""

    def one(server: Server) -> Seen | CloudError:
        try:
            return read_server(access, server)
        except (TransientError, AuthError, UnknownCloudError) as error:
            return error

    if not servers:
        return []
    with ThreadPoolExecutor(min(PARALLEL, len(servers)), thread_name_prefix="servers") as pool:
        return list(pool.map(one, servers))


def parse_seen(server: Server, text: str) -> Seen:
    """From what the script printed. Raises UnknownCloudError where that is not all there."""
    facts: dict[str, str] = {}
    claims: list[Claim] = []
    for line in text.splitlines():
        if line.startswith("claim "):
            _, file, body = line.split(" ", 2)
            claims.append(parse_claim(file, f"{body}\n"))
        elif "=" in line:
            key, _, value = line.partition("=")
            facts[key] = value
    try:
        return Seen(
            server,
            os=_system(facts["os"]),
            arch=ARCHITECTURES.get(facts["arch"], cast(Arch, facts["arch"])),
            cpus=int(facts["cpus"]),
            memory=int(facts["memory"]),
            now=int(facts["now"]),
            claims=tuple(claims),
        )
    except (KeyError, ValueError) as error:
        raise UnknownCloudError(
            f"{called(server)}: cannot tell what machine this is: no usable {error}",
            provider=PROVIDER,
            operation=READ,
            advice="Longshore needs Linux with /proc",
        ) from error


def silent(server: Server, error: CloudError) -> DeadlineError:
    """The error for a server that does not answer, where without it nothing is certain."""
    return DeadlineError(
        f"{called(server)} does not answer: {error.message}",
        provider=PROVIDER,
        operation=READ,
        advice="bring it up, or take it out of `hosts`",
    )


def _system(written: str) -> str:
    """`debian-12` as it is; `amzn-2023` and `rocky-9.6` in the words of a project file."""
    name, dash, version = written.rpartition("-")
    numbers = version.split(".")[: NUMBERS.get(name)]
    return f"{SYSTEMS.get(name, name)}{dash}{'.'.join(numbers)}"
