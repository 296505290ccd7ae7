"""What a machine is, read in one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.errors import LongshoreError
from orchestrator.machines.command import Command
from orchestrator.machines.families import FAMILY_OF

if TYPE_CHECKING:
    from orchestrator.machines.connection import Connection

# One `key=value` a line. Only what a bare POSIX system has; awk and df stand in POSIX.
_READ = """\
. /etc/os-release
echo "os_id=${ID:-}"
echo "os_version=${VERSION_ID:-}"
echo "os_name=${PRETTY_NAME:-}"
echo "arch=$(uname -m)"
echo "kernel=$(uname -r)"
echo "hostname=$(uname -n)"
echo "user=$(id -un)"
echo "groups=$(id -Gn)"
echo "cpus=$(grep -c '^processor' /proc/cpuinfo)"
awk '$1 == "MemTotal:" {printf "memory=%.0f\\n", $2 * 1024}' /proc/meminfo
df -Pk / | awk 'NR == 2 {printf "disk=%.0f\\ndisk_free=%.0f\\n", $2 * 1024, $4 * 1024}'
if [ -S /var/run/docker.sock ]; then echo docker_socket=yes; fi
if [ -d /run/systemd/system ]; then echo systemd=yes; fi
"""

_ARCH = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Facts:
    """Sizes in bytes. `os_family` is empty where no playbook knows the system; `arch` is
    x86_64 or arm64, else what the machine says."""

    os_family: str
    os_id: str
    os_version: str
    os_name: str
    arch: str
    kernel: str
    hostname: str
    user: str
    groups: frozenset[str]
    cpus: int
    memory: int
    disk: int
    disk_free: int
    docker_socket: bool
    systemd: bool


def facts_command() -> Command:
    return Command(("sh", "-c", _READ), deadline=20)


def read_facts(connection: Connection) -> Facts:
    """Ask the machine. Changes nothing. Raises CommandFailed, LongshoreError."""
    completed = connection.run(facts_command()).check()
    try:
        return parse_facts(completed.text)
    except (KeyError, ValueError) as error:
        raise LongshoreError(
            f"{connection.endpoint}: cannot tell what machine this is: no usable {error}",
            advice="Longshore needs Linux with /etc/os-release and /proc",
        ) from error


def parse_facts(text: str) -> Facts:
    """The facts in the output of `facts_command`. Raises KeyError or ValueError."""
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return Facts(
        os_family=FAMILY_OF.get(found["os_id"], ""),
        os_id=found["os_id"],
        os_version=found["os_version"],
        os_name=found["os_name"],
        arch=_ARCH.get(found["arch"], found["arch"]),
        kernel=found["kernel"],
        hostname=found["hostname"],
        user=found["user"],
        groups=frozenset(found["groups"].split()),
        cpus=int(found["cpus"]),
        memory=int(found["memory"]),
        disk=int(found["disk"]),
        disk_free=int(found["disk_free"]),
        docker_socket="docker_socket" in found,
        systemd="systemd" in found,
    )
