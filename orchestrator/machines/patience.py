"""How long to wait between the tries to reach a machine that may still be booting."""

from __future__ import annotations

from dataclasses import dataclass

CONNECT_WAITS = (*(0.1,) * 10, *(0.2,) * 20, *(0.5,) * 20, 1.0)
"""Seconds; the last one repeats. Each is time that a machine may have been ready in vain."""
DIAL_TIMEOUTS = (2.0, 3.0, 5.0, 10.0)
"""Seconds for one TCP connection. Short at first: a packet sent before the machine had its
address is lost, and the next try must not wait for the kernel to send it again."""
REFUSED_WAITS = (0.5, 2.0, 4.0, 6.0)
"""Seconds after a refused sign-in. OpenSSH 9.8 and later block an address that gathers 15 s
of penalties, 5 s for each refusal; these waits stay below."""
AUTH_PATIENCE = 20.0
"""Seconds during which a refused sign-in is tried again: cloud-init may not have made the
user yet. On machines that are long up, pass 0."""


@dataclass(frozen=True)
class ConnectRetry:
    """One failed try to connect, as reported: why, and how long until the next, in seconds."""

    machine: str
    reason: str
    attempt: int
    wait: float


def nth(waits: tuple[float, ...], attempt: int) -> float:
    """The wait after the `attempt`-th failure, counted from 1."""
    return waits[min(attempt, len(waits)) - 1]
