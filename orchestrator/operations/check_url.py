"""See from outside that a published port answers: the firewall is part of the promise."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Skipped, UrlReady

ANSWER_DEADLINE = 30.0
"""Seconds a healthy service's port may take to be reachable from here."""
TRY_TIMEOUT = 3.0
PAUSE = 0.2
HTTP_PORT = 80
HTTPS_PORT = 443


@dataclass(frozen=True, kw_only=True)
class CheckUrl(Operation):
    """Connect to the machine's public address and report the URL."""

    kind: ClassVar[str] = "reach"

    machine_name: str
    service: str
    port: int

    @property
    def subject(self) -> str:
        return self.service

    @property
    def machine(self) -> str:
        return self.machine_name

    @property
    def detail(self) -> str:
        return f"port {self.port}"

    def apply(self, context: Context) -> bool:
        address = context.results.machine(self.machine).address or ""
        door = context.fleet.door(context.fleet.line_of(self.machine))
        if door is not None and door.jump is not None:
            # Its address is one of the network behind the jump host: here it may be anybody's.
            what = f"the check of port {self.port} of {self.machine} from here"
            reason = f"it is behind {door.jump.endpoint.name}"
            context.sink.emit(Skipped(what, reason))
            return False
        wait_for_port(self.machine, address, self.port, context.cancel)
        url = url_of(address, self.port)
        context.sink.emit(UrlReady(self.service, self.machine, url))
        return False


def url_of(address: str, port: int) -> str:
    """Where a person would look: the scheme by port, the port only where it is needed."""
    host = f"[{address}]" if ":" in address else address
    if port == HTTPS_PORT:
        return f"https://{host}/"
    return f"http://{host}/" if port == HTTP_PORT else f"http://{host}:{port}/"


def wait_for_port(machine: str, address: str, port: int, cancel: Cancellation) -> None:
    """Return when the port accepts a connection. Raises LongshoreError after the deadline."""
    until = time.monotonic() + ANSWER_DEADLINE
    while True:
        try:
            socket.create_connection((address, port), timeout=TRY_TIMEOUT).close()
        except OSError as error:
            if time.monotonic() >= until:
                raise LongshoreError(
                    f"{machine}: port {port} of {address} does not answer from here: {error}",
                    advice="the service is healthy on the machine itself: look at network "
                    "rules between here and there",
                    exit_code=ExitCode.UNREACHABLE,
                ) from error
            cancel.wait(PAUSE)
        else:
            return
