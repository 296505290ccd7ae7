"""Several calls in one request."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue, parse_faults
from providers.sandbox.gce.application import build_gce
from providers.sandbox.gce.batch import PATH
from providers.sandbox.rest.recorder import Recorder
from tests.paper_hosts import PaperHosts

PART = """\
--b
Content-Type: application/http
Content-ID: <abc+{number}>

GET {target} HTTP/1.1
accept: application/json
host: example.com

"""


class Server:
    """The batches' application on paper."""

    def __init__(self, folder: Path) -> None:
        self.faults = FaultQueue()
        self.log = folder / "exchanges.jsonl"
        apis = build_gce(PaperHosts(), ExchangeLog(self.log), self.faults, Recorder(None))
        self.batch = apis[PATH]

    def send(self, *targets: str) -> str:
        parts = [PART.format(number=n, target=target) for n, target in enumerate(targets)]
        body = ("".join(parts) + "--b--\n").encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": PATH,
            "CONTENT_TYPE": 'multipart/mixed; boundary="b"',
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        return b"".join(self.batch(environ, lambda status, headers: None)).decode()


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


ZONES = "/compute/v1/projects/longshore-sandbox/zones"


def test_each_part_is_a_call_of_its_own(server: Server) -> None:
    text = server.send(f"{ZONES}/us-central1-a", f"{ZONES}/moon-a?alt=json")
    assert "Content-ID: <response-abc+0>" in text
    assert "Content-ID: <response-abc+1>" in text
    assert "HTTP/1.1 200 OK" in text
    assert "HTTP/1.1 404 Not Found" in text
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert [line["action"] for line in lines] == ["zones.get", "zones.get"]
    assert [line["error"] for line in lines] == ["", "notFound"]


def test_faults_strike_parts(server: Server) -> None:
    fault = {"action": "zones.get", "code": "rateLimitExceeded", "status": 403}
    server.faults.replace(parse_faults([fault]))
    text = server.send(f"{ZONES}/us-central1-a", f"{ZONES}/us-central1-a")
    assert text.count("HTTP/1.1 200 OK") == 1
    assert '"reason": "rateLimitExceeded"' in text
    assert '"domain": "usageLimits"' in text


def test_what_is_no_batch_is_refused(server: Server) -> None:
    environ: dict[str, Any] = {"CONTENT_TYPE": "text/plain", "wsgi.input": io.BytesIO(b"")}
    started: list[str] = []
    b"".join(server.batch(environ, lambda status, headers: started.append(status)))
    assert started == ["400 Bad Request"]
