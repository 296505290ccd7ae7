"""Our tags as Compute Engine's labels, filters by them, and the check of ownership."""

from __future__ import annotations

import re
from collections.abc import Mapping

from providers.contract import ownership
from providers.contract.types import Owner
from providers.gcp.errors import PROVIDER

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""A label's key (Compute Engine, "Labeling resources"): other tags, such as `Name`, have no
place here and are left out."""


def to_labels(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that can be labels, in a fixed order."""
    return {key: tags[key] for key in sorted(tags) if _KEY.fullmatch(key)}


def is_label(key: str) -> bool:
    """Whether a tag of that key can be a label."""
    return _KEY.fullmatch(key) is not None


def owned_by(owner: Owner) -> str:
    """A filter that leaves only what carries the owner's two labels."""
    return where(owner.tags)


def where(labels: Mapping[str, str]) -> str:
    """A filter that leaves only what carries these labels (AIP-160, as the discovery document
    has it for every `list`)."""
    return " ".join(f'(labels.{key} = "{value}")' for key, value in labels.items())


def check_owner(what: str, found: Mapping[str, str], owner: Owner, operation: str) -> None:
    """Raise ForeignResourceError unless `found` holds the owner's labels."""
    ownership.check_owner(what, found, owner, provider=PROVIDER, operation=operation)
