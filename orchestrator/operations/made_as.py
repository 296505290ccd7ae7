"""What a target asks of each machine, as one label: how a changed project is noticed. Pure."""

from __future__ import annotations

import re

from orchestrator.spec.model import Target

MIB = 1024**2
LABEL_LENGTH = 63
"""Characters of a label value on the strictest cloud (GCE)."""


def made_as(target: Target) -> str:
    """What a target asks of each machine, in the characters a GCE label value may have."""
    size = target.size
    words = [
        size.type or "",
        f"{size.cpu}cpu" if size.cpu is not None else "",
        f"{size.memory // MIB}mib" if size.memory is not None else "",
        f"{target.disk}gib-disk",
        system_of(target),
        target.market if target.market == "spot" else "",
    ]
    return _label("-".join(word for word in words if word))


def system_of(target: Target) -> str:
    """The part of `made_as` that decides which images and which playbook a machine takes."""
    return _label(f"{target.os}-{target.arch}")


def _label(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:LABEL_LENGTH]
