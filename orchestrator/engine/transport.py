"""HTTP to an Engine over channels, for `requests`, with kept-alive connections.

Imported only when an Engine is used: it brings `requests` and `urllib3` with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

if TYPE_CHECKING:
    from orchestrator.engine.channel import SocketOpener

KEPT_CONNECTIONS = 8
"""Idle channels kept for the next call; more may be open at a time."""

BAD_REQUEST = 400
VERSION_HEADER = "Api-Version"


class EngineConnection(HTTPConnection):
    """One HTTP connection over one channel to the Engine's socket."""

    def __init__(self, *args: Any, opener: SocketOpener, socket_path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opener = opener
        self._socket_path = socket_path

    def connect(self) -> None:
        channel = self._opener.open_unix(self._socket_path)
        channel.settimeout(self.timeout)
        self.sock = channel


class EnginePool(HTTPConnectionPool):
    ConnectionCls = EngineConnection


class EngineAdapter(HTTPAdapter):
    """Sends every request of a session to one Engine.

    The API version is negotiated without a call of its own: the first request names the
    version we were written for, and an Engine that is older or newer refuses it with 400
    and its own version in a header, which is then used for this and all later requests.
    Whether calls may run side by side before that is settled: yes, each settles it alike.
    """

    def __init__(
        self,
        opener: SocketOpener,
        socket_path: str,
        version: str,
        on_version: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._pool = EnginePool(
            "localhost", maxsize=KEPT_CONNECTIONS, opener=opener, socket_path=socket_path
        )
        self._first = version
        self._version = version
        self._settled = False
        self._on_version = on_version

    def get_connection_with_tls_context(self, *_: object, **__: object) -> HTTPConnectionPool:
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: object) -> str:
        return request.path_url

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        response = super().send(request, *args, **kwargs)
        theirs = response.headers.get(VERSION_HEADER, self._first)
        ours = f"/v{self._first}/"
        in_doubt = not self._settled or self._version != self._first
        refused = response.status_code == BAD_REQUEST and theirs != self._first
        if refused and in_doubt and ours in str(request.url):
            response.close()
            self._version = theirs
            request.url = str(request.url).replace(ours, f"/v{theirs}/", 1)
            response = super().send(request, *args, **kwargs)
        if not self._settled:
            self._settled = True
            self._on_version(self._version)
        return response

    def close(self) -> None:
        self._pool.close()
        super().close()
