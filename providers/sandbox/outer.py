"""What the machine that runs the sandbox looks like: release, APT sources, name servers."""

from __future__ import annotations

import ipaddress
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from providers.sandbox.errors import SandboxError

APT = Path("/etc/apt")
KEYRING_FOLDERS = ("/etc/apt/keyrings", "/etc/apt/trusted.gpg.d")
RESOLV_CONF = Path("/etc/resolv.conf")
SYSTEMD_RESOLV_CONF = Path("/run/systemd/resolve/resolv.conf")
APT_CONFIG_DEADLINE = 30  # seconds


@dataclass(frozen=True)
class Release:
    """A Debian or Ubuntu release: `id` ("debian"), `codename` ("bookworm")."""

    id: str
    codename: str


@dataclass(frozen=True)
class Source:
    """One APT source as far as debootstrap needs it; `keyring` is None when it names none."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    keyring: Path | None


def machine_arch() -> str:
    """The architecture in EC2's words: `x86_64` or `arm64`."""
    machine = platform.machine().lower()
    return "arm64" if machine in ("aarch64", "arm64") else "x86_64"


def read_release(os_release: str) -> Release:
    """Parse the text of /etc/os-release. Raises SandboxError where there is no codename."""
    fields = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    codename = fields.get("VERSION_CODENAME", "")
    if not codename:
        raise SandboxError(
            f"The sandbox cannot bootstrap {fields.get('PRETTY_NAME', 'this system')}: "
            "it knows Debian and its derivatives.",
            "Name a Debian base image that Docker can pull in LONGSHORE_SANDBOX_BASE.",
        )
    return Release(fields.get("ID", "debian"), codename)


def parse_deb822(text: str) -> list[Source]:
    """Read `.sources` files (sources.list(5)), leaving out disabled and source-only stanzas."""
    found = []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = {
            key.lower(): value.strip()
            for key, value in re.findall(r"^([\w-]+):(.*(?:\n[ \t].*)*)", stanza, re.MULTILINE)
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled") == "no":
            continue
        signed = fields.get("signed-by", "")
        keyring = Path(signed) if signed.startswith("/") else None
        found += [
            Source(
                uri,
                tuple(fields["suites"].split()),
                tuple(fields.get("components", "").split()),
                keyring,
            )
            for uri in fields.get("uris", "").split()
        ]
    return found


def parse_one_line(text: str) -> list[Source]:
    """Read `.list` files: `deb [options] uri suite components...`."""
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^]]*)]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            signed = re.search(r"signed-by=(\S+)", match[1] or "")
            found.append(
                Source(
                    match[2],
                    (match[3],),
                    tuple(match[4].split()),
                    Path(signed[1]) if signed else None,
                )
            )
    return found


def source_files() -> dict[str, str]:
    """Every APT source file of this machine, absolute path to text."""
    candidates = [
        APT / "sources.list",
        *sorted((APT / "sources.list.d").glob("*.sources")),
        *sorted((APT / "sources.list.d").glob("*.list")),
    ]
    return {str(path): path.read_text() for path in candidates if path.is_file()}


def parse_sources(files: dict[str, str]) -> list[Source]:
    """All sources in the given files, in order."""
    found: list[Source] = []
    for path, text in files.items():
        found += parse_deb822(text) if path.endswith(".sources") else parse_one_line(text)
    return found


def release_source(release: Release, sources: list[Source]) -> Source:
    """The source that holds the release itself. Raises SandboxError when none does."""
    for source in sources:
        if release.codename in source.suites and "main" in source.components:
            return source
    raise SandboxError(
        f"No APT source of this machine holds {release.codename} main.",
        "Configure one in /etc/apt/sources.list, or set LONGSHORE_SANDBOX_BASE to a base image.",
    )


def release_files(release: Release, files: dict[str, str]) -> dict[str, str]:
    """The source files that speak only of the release: machines need no others, and a
    source of a third party may need a key or a login that has no place in them."""
    return {
        path: text
        for path, text in files.items()
        if (sources := parse_sources({path: text}))
        and all(suite.split("-")[0] == release.codename for s in sources for suite in s.suites)
    }


def release_for(here: Release, codename: str, *, default: bool) -> Release:
    """The release that a machine gets: on Debian the one of that codename. Elsewhere there is
    the computer's own only, which stands in for the `default` one. Raises SandboxError."""
    if here.id == "debian":
        return Release("debian", codename)
    if default:
        return here
    raise SandboxError(
        f"Machines with Debian's {codename} cannot be made from the APT sources of {here.id}.",
        "Set LONGSHORE_SANDBOX_BASE=debian:{version}, if Docker can pull it here.",
    )


def move_suites(text: str, here: Release, release: Release) -> str:
    """A source file with the suites of another release of the same mirror."""
    return re.sub(rf"(?<=\s){here.codename}(?=[-\s]|$)", release.codename, text)


def acquire_settings() -> str:
    """The outer `Acquire::` settings (proxy, timeouts, checks) as one apt.conf text; hooks and
    clean-up settings of the outer machine stay outside."""
    dump = subprocess.run(
        ["apt-config", "dump"],
        capture_output=True,
        text=True,
        timeout=APT_CONFIG_DEADLINE,
        check=True,
    ).stdout
    wanted = [line for line in dump.splitlines() if line.startswith("Acquire::")]
    return "\n".join(wanted) + "\n" if wanted else ""


def keyrings(sources: list[Source]) -> tuple[Path, ...]:
    """Keys that the sources name, and those of the keyring folders."""
    named = {source.keyring for source in sources if source.keyring}
    lying = {path for folder in KEYRING_FOLDERS for path in Path(folder).glob("*")}
    return tuple(sorted(path for path in named | lying if path.is_file()))


def name_servers() -> tuple[str, ...]:
    """Name servers that a machine behind a bridge can reach too (none on loopback)."""
    for file in (RESOLV_CONF, SYSTEMD_RESOLV_CONF):
        if not file.is_file():
            continue
        found = re.findall(r"^nameserver\s+(\S+)", file.read_text(), re.MULTILINE)
        usable = tuple(
            server
            for server in found
            if "%" not in server and not ipaddress.ip_address(server).is_loopback
        )
        if usable:
            return usable
    return ()
