"""The project file's own health probes, sent from the machine itself."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

from orchestrator.errors import LongshoreError

if TYPE_CHECKING:
    from orchestrator.engine.channel import Channel, SocketOpener
    from orchestrator.spec.model import Probe

ANSWER_WITHIN = 5.0
"""Seconds one try may take; the probe's own timeout bounds all tries together."""

REDIRECT_MAX = 399


def try_probe(opener: SocketOpener, probe: Probe, address: str) -> str:
    """Probe once through the machine; returns "" when well, else what was seen instead.

    `address` is the container's own, not the published port: the Engine accepts
    connections on published ports before the application listens, so a TCP probe there
    would always succeed. HTTP is well with any status below 400.
    """
    try:
        channel = opener.open_tcp(address, probe.port)
    except (OSError, LongshoreError) as error:
        return f"port {probe.port} does not answer ({error})"
    try:
        return "" if probe.kind == "tcp" else _http(channel, probe)
    finally:
        channel.close()


def _http(channel: Channel, probe: Probe) -> str:
    channel.settimeout(ANSWER_WITHIN)
    path = probe.path or "/"
    connection = http.client.HTTPConnection("localhost", probe.port)
    connection.sock = channel
    try:
        connection.request("GET", path, headers={"User-Agent": "longshore", "Connection": "close"})
        with connection.getresponse() as response:
            status = response.status
    except (OSError, http.client.HTTPException) as error:
        return f"GET {path} on port {probe.port}: {error or type(error).__name__}"
    if status <= REDIRECT_MAX:
        return ""
    return f"GET {path} on port {probe.port} answered {status}"
