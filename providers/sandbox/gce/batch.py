"""Several calls in one request, as gcloud sends them: multipart/mixed in both directions.

Each part is an HTTP request of its own, with the path and without the host (Compute Engine,
"Send batch requests"); it is logged, recorded and struck by faults as if it came alone.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from providers.sandbox.http import Answer, Application, Environ, StartResponse, read_body, send

PATH = "/batch/compute/v1"
MOST_CALLS = 1000


class Batch:
    """Takes a batch apart for `application`, and puts the answers together."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point."""
        kind = environ.get("CONTENT_TYPE", "")
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + read_body(environ))
        payload = whole.get_payload()
        if not whole.is_multipart() or not isinstance(payload, list):
            return send(_plain(400, "A batch is multipart/mixed."), start_response)
        if len(payload) > MOST_CALLS:
            return send(_plain(400, f"A batch has at most {MOST_CALLS} calls."), start_response)
        boundary = f"batch_{uuid.uuid4().hex}"
        body = b"".join(
            f"--{boundary}\r\n".encode() + self._call(environ, part)
            for part in payload
            if isinstance(part, Message)
        )
        body += f"--{boundary}--\r\n".encode()
        headers = (
            ("Content-Type", f"multipart/mixed; boundary={boundary}"),
            ("Content-Length", str(len(body))),
        )
        return send(Answer(200, headers, body), start_response)

    def _call(self, environ: Environ, part: Message) -> bytes:
        """One call, and its answer as a part."""
        text = part.get_payload(decode=True)
        inner = read_part(text if isinstance(text, bytes) else b"")
        started: list[tuple[str, list[tuple[str, str]]]] = []
        data = b"".join(
            self._application(
                {**inner, "werkzeug.socket": environ.get("werkzeug.socket")},
                lambda status, headers: started.append((status, headers)),
            )
        )
        status, headers = started[0]
        given = part.get("Content-ID", "").strip().removeprefix("<")
        lines = [
            "Content-Type: application/http",
            f"Content-ID: <response-{given}",
            "",
            f"HTTP/1.1 {status}",
            *(f"{name}: {value}" for name, value in headers),
            "",
        ]
        return "\r\n".join(lines).encode() + b"\r\n" + data + b"\r\n"


def read_part(text: bytes) -> Environ:
    """The WSGI environment of an HTTP request that is the payload of a part."""
    first, _, rest = text.lstrip().partition(b"\n")
    method, target = (*first.decode().split(), "", "")[:2]
    message = message_from_bytes(rest)
    body = message.get_payload(decode=True)
    data = body.strip() if isinstance(body, bytes) else b""
    url = urlsplit(target)
    environ: Environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(url.path),
        "QUERY_STRING": url.query,
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
    }
    for name, value in message.items():
        if name.lower() not in ("content-length", "host"):
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ


def _plain(status: int, text: str) -> Answer:
    data = f"{HTTPStatus(status).phrase}: {text}\n".encode()
    return Answer(
        status, (("Content-Type", "text/plain"), ("Content-Length", str(len(data)))), data
    )
