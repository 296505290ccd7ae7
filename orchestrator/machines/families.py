"""Families of operating systems: those that one rendered playbook serves alike."""

from __future__ import annotations

from orchestrator.errors import ExitCode, LongshoreError

FAMILIES = ("debian", "redhat", "amazon", "suse", "alpine")
"""Known to playbooks. A new one is added here, in FAMILY_OF and as steps in the YAML."""

FAMILY_OF = {
    "debian": "debian",
    "ubuntu": "debian",
    "rhel": "redhat",
    "rocky": "redhat",
    "almalinux": "redhat",
    "centos": "redhat",
    "fedora": "redhat",
    "amzn": "amazon",
    "opensuse-leap": "suse",
    "sles": "suse",
    "alpine": "alpine",
}
"""`ID` of /etc/os-release to family."""

_WORDS = {"almalinux": "alma", "amzn": "amazon-linux"}
"""`ID` of /etc/os-release where projects write another word."""
_MAJOR_ONLY = frozenset({"rhel", "rocky", "almalinux", "centos", "sles"})
"""Whose minor releases are one system: VERSION_ID 9.6 is version 9."""


def family_of_id(os_id: str) -> str:
    """The family of an os-release ID such as `ubuntu`. Raises LongshoreError."""
    family = FAMILY_OF.get(os_id)
    if family is None:
        raise LongshoreError(
            f"operating system {os_id!r} is not supported yet",
            advice=f"supported: {', '.join(sorted(FAMILY_OF))}",
            exit_code=ExitCode.BAD_INPUT,
        )
    return family


def family_of_target(os: str) -> str:
    """The family of a target's `os`, such as `debian-12` or `amazon-linux-2023`."""
    name = os.rpartition("-")[0]
    ids = {word: os_id for os_id, word in _WORDS.items()}
    return family_of_id(ids.get(name, name))


def system_name(os_id: str, version: str) -> str:
    """What projects call the system that says this in its /etc/os-release: `rocky-9` for
    `rocky` and `9.6`, `alpine-3.22` for `alpine` and `3.22.1`."""
    parts = version.split(".")
    if os_id in _MAJOR_ONLY:
        parts = parts[:1]
    elif os_id == "alpine":
        parts = parts[:2]
    return f"{_WORDS.get(os_id, os_id)}-{'.'.join(parts)}"
