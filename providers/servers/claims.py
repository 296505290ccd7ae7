"""A claim: what makes a server ours, in a file on the server itself.

It is what tags are in a cloud: `/var/lib/longshore/claims/<project>.<environment>.json`,
readable by root alone. One server can carry the claims of several environments.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from providers.contract.types import TAG_MACHINE, TAG_TARGET, TAG_TOKEN, MachineRequest, Owner

SUFFIX = ".json"


@dataclass(frozen=True)
class Claim:
    """`file` is its name in the folder of claims, `text` what stands in it, `tags` and
    `created` (ISO 8601, UTC) what that says: nothing, where it is not ours to understand."""

    file: str
    text: str
    tags: Mapping[str, str]
    created: str = ""

    @property
    def digest(self) -> str:
        """What a change has to name, so that it changes what it has seen."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def token(self) -> str:
        return self.tags.get(TAG_TOKEN, "")

    def with_tags(self, change: Mapping[str, str | None]) -> Claim:
        """The claim with tags set, and those removed whose value is None."""
        tags = {**self.tags, **change}
        kept = {key: value for key, value in tags.items() if value is not None}
        return replace(self, text=_render(kept, self.created), tags=kept)


def file_of(owner: Owner) -> str:
    """The name of an environment's file. Neither name can hold a dot (contract, NAME)."""
    return f"{owner.project}.{owner.environment}{SUFFIX}"


def new_claim(request: MachineRequest) -> Claim:
    """The claim that a request asks for, made now."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    tags = {
        **request.tags,
        **request.owner.tags,
        TAG_TARGET: request.target,
        TAG_MACHINE: request.name,
        TAG_TOKEN: request.token,
    }
    return Claim(file_of(request.owner), _render(tags, created), tags, created)


def parse_claim(file: str, text: str) -> Claim:
    """Never fails: a file that somebody else wrote is a claim without tags."""
    try:
        document: Any = json.loads(text)
        tags = {str(key): str(value) for key, value in document["tags"].items()}
        created = str(document.get("created", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Claim(file, text, {})
    return Claim(file, text, tags, created)


def _render(tags: Mapping[str, str], created: str) -> str:
    """One line, as the reading script takes it."""
    return json.dumps({"created": created, "tags": dict(tags), "version": 1}, sort_keys=True) + "\n"
