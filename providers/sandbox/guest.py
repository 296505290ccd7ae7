"""The folder through which a machine without cloud-init and its emulated cloud talk.

Compute Engine's Debian and Rocky images learn their metadata from a guest agent, which asks
the metadata server and publishes guest attributes there. Here a stand-in for that agent reads
files, and writes files: the folder's two halves are mounted into the machine, the metadata
read-only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from providers.sandbox.home import PRIVATE_FOLDER

IN_MACHINE = "/var/lib/longshore-sandbox"
METADATA_IN_MACHINE = f"{IN_MACHINE}/metadata"
"""`<key>` holds the value of a metadata item: startup-script, ssh-keys, hostname, instance-id
and so on. A change appears as a file that takes the place of the one before it."""

ATTRIBUTES_IN_MACHINE = f"{IN_MACHINE}/guest-attributes"
"""The machine writes `<namespace>/<key>`, such as `hostkeys/ssh-ed25519`."""

ATTRIBUTE_LIMIT = 256 * 1024  # bytes of one value (Compute Engine, "Setting guest attributes")


@dataclass(frozen=True)
class GuestFolder:
    """One machine's folder on this side."""

    folder: Path

    @property
    def metadata(self) -> Path:
        """What is mounted at METADATA_IN_MACHINE."""
        return self.folder / "metadata"

    @property
    def guest_attributes(self) -> Path:
        """What is mounted at ATTRIBUTES_IN_MACHINE."""
        return self.folder / "guest-attributes"

    def make(self, metadata: Mapping[str, str]) -> None:
        """Make the folder with these metadata; calling twice is safe."""
        for folder in (self.folder, self.metadata, self.guest_attributes):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.publish(metadata)

    def publish(self, metadata: Mapping[str, str]) -> None:
        """Make the files those of `metadata`, each whole or not at all. Nothing happens when
        the folder is gone."""
        if not self.metadata.is_dir():
            return
        with contextlib.suppress(FileNotFoundError):
            for key, value in metadata.items():
                draft = self.folder / f"{uuid.uuid4().hex}.new"
                draft.write_text(value)
                draft.replace(self.metadata / key)
            for file in list(self.metadata.iterdir()):
                if file.name not in metadata:
                    file.unlink(missing_ok=True)

    def attributes(self) -> dict[str, str]:
        """What the machine published: `namespace/key` to value. Links are not followed: the
        machine is not to show its cloud a file of this side."""
        found = {}
        for file in sorted(self.guest_attributes.glob("*/*")):
            if file.parent.is_symlink():
                continue
            with contextlib.suppress(OSError, UnicodeDecodeError):
                descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                with os.fdopen(descriptor, "rb") as source:
                    value = source.read(ATTRIBUTE_LIMIT).decode()
                found[f"{file.parent.name}/{file.name}"] = value
        return found

    def remove(self) -> None:
        """Remove the folder; calling twice is safe."""
        shutil.rmtree(self.folder, ignore_errors=True)
