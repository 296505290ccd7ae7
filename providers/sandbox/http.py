"""HTTP as every emulated API here speaks it: whole answers, and answers that never arrive."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def read_body(environ: Environ) -> bytes:
    """The whole body of a request, whose length is given or which comes in chunks."""
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        return bytes(environ["wsgi.input"].read())
    return bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))


def send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    """Give an answer to the WSGI server."""
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Status"
    start_response(f"{answer.status} {reason}", list(answer.headers))
    return [answer.body]


def drop_connection(environ: Environ) -> NoReturn:
    """Cut the connection so that the caller sees neither status nor body."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    # What werkzeug takes for a caller that went away.
    raise ConnectionAbortedError("answer dropped on request")
