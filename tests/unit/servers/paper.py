"""Servers on paper: what the adapter's scripts do, without a shell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry, ignore_retry
from providers.contract.types import (
    Image,
    MachineRequest,
    Owner,
    ProviderSettings,
    Server,
    Shell,
    ShellResult,
)
from providers.servers import create
from providers.servers.scripts import DROP, PUT, READ

OWNER = Owner("shop", "production")
OPERATION = re.compile(r"# longshore (\S+)")
FILE = re.compile(r"file=\S+/(\S+\.json) seen=(\S+)")


@dataclass
class PaperServer:
    """One server. `trouble` is raised by every script; `meddle` happens once, right before
    the next change."""

    name: str
    cpus: int = 2
    memory: int = 4 * 1024**3
    arch: str = "x86_64"
    os: str = "debian-12"
    claims: dict[str, str] = field(default_factory=dict)
    trouble: CloudError | None = None
    meddle: Callable[[PaperServer], None] | None = None
    ran: list[str] = field(default_factory=list)

    def __call__(self, script: str, *, stdin: bytes = b"", deadline: float) -> ShellResult:
        found = OPERATION.match(script)
        operation = found[1] if found else ""
        self.ran.append(operation)
        if self.trouble is not None:
            raise self.trouble
        if operation == READ:
            return ShellResult(0, self._read(), "")
        if operation not in (PUT, DROP):
            return ShellResult(0, "booted\n", "")
        if self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            meddle(self)
        return self._change(operation, script, stdin)

    def _read(self) -> str:
        head = f"os={self.os}\narch={self.arch}\ncpus={self.cpus}\nmemory={self.memory}\nnow=1000\n"
        claims = (
            f"claim {file} {text.replace(chr(10), '')}\n" for file, text in self.claims.items()
        )
        return head + "".join(claims)

    def _change(self, operation: str, script: str, stdin: bytes) -> ShellResult:
        found = FILE.search(script)
        assert found is not None
        file, seen = found[1], found[2].strip("'")
        text = self.claims.get(file)
        now = hashlib.sha256(text.encode()).hexdigest() if text is not None else ""
        if now != seen:
            return ShellResult(0, f"found\n{text or ''}", "")
        if operation == PUT:
            self.claims[file] = stdin.decode()
        else:
            self.claims.pop(file, None)
        return ShellResult(0, "done\n", "")


def address_of(name: str) -> str:
    return f"{name}.example.com"


def provider(
    *servers: PaperServer,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    on_retry: OnRetry = ignore_retry,
) -> Provider:
    """The adapter on these servers; `remembered` are tags by server."""
    listed = tuple(
        Server(each.name, address_of(each.name), remembered=(remembered or {}).get(each.name, {}))
        for each in servers
    )
    shells: dict[str, Shell] = {each.name: each for each in servers}
    settings = ProviderSettings("servers", servers=listed, shell=lambda server: shells[server.name])
    return create(settings, "hosts", on_retry, pause=lambda _: None)


def request(server: str, *, token: str = "office-1-0", owner: Owner = OWNER) -> MachineRequest:
    return MachineRequest(
        token=token,
        name="office-1",
        owner=owner,
        target="office",
        region="hosts",
        zone=server,
        type="",
        image=Image("", "", "x86_64", "startup-script", ""),
        disk_gib=0,
        market="on-demand",
        key="",
        firewall="",
        subnet="",
        tags={"longshore-trust": "rotated"},
        user_data=b"",
    )


def with_zone(found: MachineRequest, zone: str) -> MachineRequest:
    return replace(found, zone=zone)
