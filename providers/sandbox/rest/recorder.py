"""Keeps whole exchanges, elided, for judges that hold them against the clouds' own schemas."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from providers.sandbox.home import PRIVATE_FILE
from providers.sandbox.rest.dialect import Action
from providers.sandbox.rest.message import Json, RestAnswer, RestRequest

RECORD_VARIABLE = "LONGSHORE_SANDBOX_RECORD"
"""Set to anything, the sandbox's server records."""


@dataclass(frozen=True)
class Exchange:
    """One request and what the API answered. `answer` is None where a fault struck before;
    `lost` says that the caller never saw the answer. Both bodies are elided."""

    service: str
    action: Action
    request: RestRequest
    request_body: Json
    answer: RestAnswer | None
    answer_body: Json
    request_id: str
    fault: str
    lost: bool


class Recorder:
    """Appends one JSON line for each exchange to `file`; with None, keeps nothing. Safe from
    several threads."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()
        if file is not None:
            file.touch(mode=PRIVATE_FILE)

    @property
    def on(self) -> bool:
        """Whether anything is kept."""
        return self._file is not None

    def keep(self, exchange: Exchange) -> None:
        """Record an exchange; `status` is 0 where there was no answer to give."""
        if self._file is None:
            return
        answer = exchange.answer
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "service": exchange.service,
                "action": exchange.action.name,
                "method": exchange.request.method,
                "path": exchange.request.path,
                "query": dict(exchange.request.query),
                "request": exchange.request_body,
                "status": answer.status if answer else 0,
                "headers": dict(answer.headers) if answer else {},
                "response": exchange.answer_body,
                "request_id": exchange.request_id,
                "fault": exchange.fault,
                "lost": exchange.lost,
            }
        )
        with self._lock, self._file.open("a") as out:
            out.write(line + "\n")
