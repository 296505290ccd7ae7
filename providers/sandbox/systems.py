"""What machines can boot: a release of Debian, and how it learns what it is to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Channel = Literal["cloud-init", "guest-agent"]
"""cloud-init reads user data, as on EC2 and Azure. The guest agent is a stand-in for Google's,
which Compute Engine's Debian images have in place of cloud-init."""
CHANNELS: tuple[Channel, ...] = get_args(Channel)

DEFAULT_SYSTEM = "debian-12"
CODENAMES = {"debian-12": "bookworm", "debian-13": "trixie"}
ENGINE_PACKAGES = {
    "debian-12": ("docker.io",),
    # The command is a package of its own there.
    "debian-13": ("docker.io", "docker-cli"),
}


@dataclass(frozen=True)
class Variant:
    """One kind of machine; `baked` has Docker installed already."""

    system: str
    channel: Channel
    baked: bool

    @property
    def channel_name(self) -> str:
        """The name of the variant without Docker."""
        return f"{self.system}-{self.channel}"

    @property
    def version(self) -> str:
        """The release's number, such as 12."""
        return self.system.rpartition("-")[2]


def stand_in(system: str) -> str:
    """What boots where `system` is asked for: itself, or the default for a system that there
    are no packages of here (Ubuntu, Rocky, Amazon Linux)."""
    return system if system in CODENAMES else DEFAULT_SYSTEM
