"""Faults that a test asks for: error answers, or answers that never arrive."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, get_args
from xml.sax.saxutils import escape

DROPPED = 0
KEYS = {"action", "when", "status", "code", "message", "times", "service", "zone"}

When = Literal["before", "after", "operation"]


@dataclass
class Fault:
    """Strike the next `times` calls of `action` ("*" for any), of `service` and for `zone` where
    these are named. `when`: before the call has its effect, or after; or the call is accepted
    and the long-running operation that it begins ends in this error. `status` 0 closes the
    connection without an answer."""

    action: str
    when: When
    status: int
    code: str
    message: str
    times: int
    service: str = ""
    zone: str = ""

    def strikes(self, action: str, when: When, service: str, zone: str) -> bool:
        """Whether this call is one that it is for."""
        return (
            self.times > 0
            and self.when == when
            and self.action in ("*", action)
            and self.service in ("", service)
            and self.zone in ("", zone)
        )


def parse_faults(document: object) -> list[Fault]:
    """Read the control endpoint's JSON. Raises ValueError with what is wrong."""
    if not isinstance(document, list):
        raise ValueError("expected a list of faults")
    faults = []
    for entry in document:
        if not isinstance(entry, dict) or not entry.get("action"):
            raise ValueError(f"a fault needs at least an action: {entry!r}")
        when = entry.get("when", "before")
        if when not in get_args(When):
            raise ValueError(f"when is before, after or operation, not {when!r}")
        unknown = set(entry) - KEYS
        if unknown:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
        code = str(entry.get("code") or "")
        if when == "operation" and not code:
            raise ValueError("an operation ends in an error with a code")
        status = int(entry.get("status") or (503 if code else DROPPED))
        faults.append(
            Fault(
                str(entry["action"]),
                when,
                status,
                code,
                str(entry.get("message") or "Injected by the sandbox."),
                int(entry.get("times", 1)),
                str(entry.get("service") or ""),
                str(entry.get("zone") or ""),
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

    def take(self, action: str, when: When, *, service: str = "", zone: str = "") -> Fault | None:
        """The fault that strikes this call now, if any; uses up one of its times."""
        with self._lock:
            for fault in self._faults:
                if fault.strikes(action, when, service, zone):
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
