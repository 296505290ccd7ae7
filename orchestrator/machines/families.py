"""Families of operating systems: those that one rendered playbook serves alike."""

from __future__ import annotations

from orchestrator.errors import ExitCode, LongshoreError

FAMILIES = ("debian", "amazon")
"""Known to playbooks. A new one is added here, in FAMILY_OF and as steps in the YAML."""

FAMILY_OF = {"debian": "debian", "ubuntu": "debian", "amzn": "amazon"}
"""`ID` of /etc/os-release to family."""

_TARGET_NAMES = {"amazon-linux": "amzn"}


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
    return family_of_id(_TARGET_NAMES.get(name, name))
