"""One API request as the log and the fault hooks see it, and the log itself."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

from providers.sandbox.home import PRIVATE_FILE

# Host keys travel in user data; key material is nobody's business.
ELIDED = ("UserData", "PublicKeyMaterial", "KeyMaterial", "Password", "Value")
READING = ("Describe", "Get", "List", "Lookup", "Search")


@dataclass(frozen=True)
class Entry:
    """One request of any emulated API as the log keeps it; nothing in `parameters` is secret.
    `changes` tells whether the action is one that changes something."""

    service: str
    action: str
    region: str
    changes: bool
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Request:
    """What was asked of AWS: service and action in its own words, parameters by wire name."""

    service: str
    action: str
    region: str
    parameters: dict[str, str]

    @property
    def changes(self) -> bool:
        """Whether the action is one that changes something."""
        return bool(self.action) and not self.action.startswith(READING) and not self.dry_run

    @property
    def dry_run(self) -> bool:
        """Whether EC2 is only asked if it would allow the call."""
        return self.service == "ec2" and self.parameters.get("DryRun", "").lower() == "true"

    def entry(self) -> Entry:
        """What the log keeps of it."""
        return Entry(self.service, self.action, self.region, self.changes, elide(self.parameters))


def read_request(authorization: str, target: str, query: str, body: bytes) -> Request:
    """Read service and region from the signature's scope, action and parameters from the body
    (form for the query protocols, JSON where X-Amz-Target names the action)."""
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", authorization)
    region, service = (scope[1], scope[2]) if scope else ("", "")
    if target:
        try:
            document = json.loads(body or b"{}")
        except ValueError:
            document = {}
        parameters = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in document.items()
        }
        return Request(service, target.rpartition(".")[2], region, parameters)
    text = body.decode(errors="replace") or query
    parameters = dict(parse_qsl(text, keep_blank_values=True))
    return Request(service, parameters.pop("Action", ""), region, parameters)


def elide(parameters: dict[str, str]) -> dict[str, str]:
    """The parameters with the length in place of whatever may be secret."""
    return {
        key: f"<{len(value)} characters>"
        if key.rpartition(".")[2] in ELIDED
        and not key.startswith(("Filter", "TagSpecification", "Tag."))
        else value
        for key, value in parameters.items()
    }


def error_code(status: int, body: bytes) -> str:
    """The error code in an answer; empty for success."""
    if status < 400:
        return ""
    text = body.decode(errors="replace")
    found = re.search(r"<Code>([^<]+)</Code>", text) or re.search(
        r'"__type":\s*"(?:[^"]*#)?([^"]+)"', text
    )
    return found[1] if found else "Unknown"


class ExchangeLog:
    """Appends one JSON line for each exchange; safe from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        file.touch(mode=PRIVATE_FILE)

    def write(self, entry: Entry, status: int, code: str, request_id: str, fault: str) -> None:
        """Record an exchange. `status` 0 means that the answer was dropped; `fault` is what was
        injected."""
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "service": entry.service,
                "region": entry.region,
                "action": entry.action,
                "changes": entry.changes,
                "parameters": dict(entry.parameters),
                "status": status,
                "error": code,
                "request_id": request_id,
                "fault": fault,
            }
        )
        with self._lock, self._file.open("a") as out:
            out.write(line + "\n")
