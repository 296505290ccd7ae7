"""Faults that a test asks for: error answers, or answers that never arrive."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

DROPPED = 0


@dataclass
class Fault:
    """Strike the next `times` calls of `action` ("*" for any). `when`: before the call has its
    effect, or after. `status` 0 closes the connection without an answer."""

    action: str
    when: Literal["before", "after"]
    status: int
    code: str
    message: str
    times: int


def parse_faults(document: object) -> list[Fault]:
    """Read the control endpoint's JSON. Raises ValueError with what is wrong."""
    if not isinstance(document, list):
        raise ValueError("expected a list of faults")
    faults = []
    for entry in document:
        if not isinstance(entry, dict) or not entry.get("action"):
            raise ValueError(f"a fault needs at least an action: {entry!r}")
        when = entry.get("when", "before")
        if when not in ("before", "after"):
            raise ValueError(f"when is before or after, not {when!r}")
        unknown = set(entry) - {"action", "when", "status", "code", "message", "times"}
        if unknown:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
        code = str(entry.get("code") or "")
        status = int(entry.get("status") or (503 if code else DROPPED))
        faults.append(
            Fault(
                str(entry["action"]),
                when,
                status,
                code,
                str(entry.get("message") or "Injected by the sandbox."),
                int(entry.get("times", 1)),
            )
        )
    return faults


class FaultQueue:
    """The faults that still have to strike; safe from several threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def replace(self, faults: list[Fault]) -> None:
        """Forget the old faults and take these."""
        with self._lock:
            self._faults = faults

    def left(self) -> int:
        """How many strikes are still to come."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def take(self, action: str, when: str) -> Fault | None:
        """The fault that strikes this call now, if any; uses up one of its times."""
        with self._lock:
            for fault in self._faults:
                if fault.when == when and fault.times > 0 and fault.action in ("*", action):
                    fault.times -= 1
                    return fault
        return None


def error_body(service: str, code: str, message: str, request_id: str) -> tuple[str, bytes]:
    """Content type and body of an error answer in the service's own form."""
    code, message = escape(code), escape(message)
    if service == "ec2":
        return "text/xml;charset=UTF-8", (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
            f"</Errors><RequestID>{request_id}</RequestID></Response>"
        ).encode()
    if service == "ssm":
        return "application/x-amz-json-1.1", (
            f'{{"__type": "{code}", "message": "{message}"}}'
        ).encode()
    return "text/xml", (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
        f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
