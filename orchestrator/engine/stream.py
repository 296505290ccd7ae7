"""Calls whose connection we own: log streams, exec, attach, pulls.

Plain `http.client` over a channel: the answer can be read as it comes, written to, and cut
off from another thread, which a pooled connection does not allow.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping, Sequence
from types import TracebackType

from orchestrator.engine.channel import SocketOpener, cut_off

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

PIECE = 64 * 1024


class EngineStream:
    """One request and its streamed answer on a connection of its own."""

    def __init__(self, opener: SocketOpener, socket_path: str) -> None:
        self._channel = opener.open_unix(socket_path)
        self._connection = http.client.HTTPConnection("localhost")
        self._connection.sock = self._channel
        self._response: http.client.HTTPResponse | None = None

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        answer_within: float,
    ) -> tuple[int, str]:
        """Send the request and return the status and, for a refusal, the Engine's words.

        `answer_within` (seconds) bounds the wait for the head of the answer; reading it is
        bounded by `set_timeout`. Raises OSError or http.client.HTTPException.
        """
        self._channel.settimeout(answer_within)
        raw = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if raw is not None else {}
        self._connection.request(method, path, body=raw, headers={**sent, **(headers or {})})
        self._response = self._connection.getresponse()
        self._channel.settimeout(None)
        if self._response.status < http.client.BAD_REQUEST:
            return self._response.status, ""
        return self._response.status, words_of(self._response.read())

    def set_timeout(self, seconds: float | None) -> None:
        """How long one `read` may wait; None for as long as it takes."""
        self._channel.settimeout(seconds)

    def read(self) -> bytes:
        """The next piece of an ordinary (chunked or plain) answer; empty at its end."""
        return self._answer().read1(PIECE)

    def read_raw(self) -> bytes:
        """The next piece after a connection was taken over (exec); empty at its end."""
        return self._answer().fp.read1(PIECE)

    def write_raw(self, data: bytes) -> None:
        """Send input on a connection that was taken over."""
        self._channel.sendall(data)

    def end_input(self) -> None:
        """No more input comes."""
        self._channel.shutdown(socket.SHUT_WR)

    def cut_off(self) -> None:
        """End the stream from any thread, waking whoever reads it: it sees the end, or an
        OSError. Calling it again changes nothing."""
        cut_off(self._channel)

    def close(self) -> None:
        """Give everything back; nobody may be reading any more. Safe to call again."""
        cut_off(self._channel)
        if self._response is not None:
            self._response.close()
        self._connection.close()

    def _answer(self) -> http.client.HTTPResponse:
        if self._response is None:
            raise ValueError("nothing was requested on this stream yet")
        return self._response

    def __enter__(self) -> EngineStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def words_of(raw: bytes) -> str:
    """The Engine's message out of an error answer, or the answer itself."""
    text = raw.decode(errors="replace").strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        return text
    if isinstance(parsed, dict) and isinstance(parsed.get("message"), str):
        return str(parsed["message"])
    return text
