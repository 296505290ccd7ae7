"""How much a container may do here, and how to ask for all of it.

`--privileged` asks for every capability the kernel knows and fails where the outer machine
lacks one; naming those of the bounding set works everywhere (sandbox-machine.md).
"""

from __future__ import annotations

import re
from pathlib import Path

# linux/capability.h, in order of their numbers. The three newest (PERFMON, BPF,
# CHECKPOINT_RESTORE) are left out: Engine 20.10 refuses their names, and no machine needs them.
NAMES = (
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
)


def parse_bounding_set(status: str) -> tuple[str, ...]:
    """Capability names in the CapBnd line of a /proc/<pid>/status text."""
    match = re.search(r"^CapBnd:\s*([0-9a-f]+)", status, re.MULTILINE)
    bits = int(match[1], 16) if match else 0
    return tuple(name for number, name in enumerate(NAMES) if bits >> number & 1)


def bounding_set() -> tuple[str, ...]:
    """What this machine can give: the bounding set of our own process."""
    return parse_bounding_set(Path("/proc/self/status").read_text())
