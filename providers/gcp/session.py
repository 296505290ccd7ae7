"""The connections that all clients of a region share, with our own time limits."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.auth.transport.requests import AuthorizedSession

CONNECT_SECONDS = 5.0
CONNECTIONS = 32
"""Kept alive: machines are created side by side, each waiting on an operation of its own."""


class Connections(HTTPAdapter):
    """Connections with a time limit of their own: the time given for a call is for its answer,
    and an endpoint that nothing listens on is told sooner. Never sends anything twice.

    `ca` stands above REQUESTS_CA_BUNDLE, which requests prefers to a session's own."""

    def __init__(self, ca: str | None) -> None:
        super().__init__(pool_connections=4, pool_maxsize=CONNECTIONS, max_retries=0)
        self._ca = ca

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """As HTTPAdapter's; a timeout that is one number becomes the time for the answer."""
        if isinstance(timeout, (int, float)):
            timeout = (min(CONNECT_SECONDS, timeout), timeout)
        return super().send(request, stream, timeout, self._ca or verify, cert, proxies)


class ServerClock:
    """How far this machine's clock is from the cloud's, by the last answer seen."""

    def __init__(self) -> None:
        self._said = ""
        self._heard = 0.0

    def listen(self, response: requests.Response, *_: object, **__: object) -> None:
        """Remember when an answer was made (a hook of requests)."""
        self._said, self._heard = response.headers.get("date", ""), time.time()

    @property
    def skew(self) -> float | None:
        """Seconds this machine is ahead, to a second or two; None before any dated answer."""
        try:
            return self._heard - parsedate_to_datetime(self._said).timestamp()
        except ValueError:
            return None


class Wire:
    """What the sessions of all clients have in common: connections, and the clock."""

    def __init__(self, ca: str | None) -> None:
        self.clock = ServerClock()
        self._connections = Connections(ca)

    def lay(self, session: AuthorizedSession) -> None:
        """Make a session use the common connections. One with a client certificate (mTLS)
        keeps those it has for HTTPS."""
        if not session.is_mtls:
            session.mount("https://", self._connections)
        session.mount("http://", self._connections)
        session.hooks["response"].append(self.clock.listen)
