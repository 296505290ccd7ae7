"""A project that uses one cloud loads no other cloud's SDK."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OTHERS = ("google", "azure", "msal", "providers.gcp", "providers.azure", "providers.servers")
SCRIPT = f"""
import sys
from orchestrator.cli.main import run
code = run()
found = [m for m in sys.modules if any(m == o or m.startswith(o + '.') for o in {OTHERS!r})]
print("code", code)
print("ours", "botocore" in sys.modules)
print("others", sorted(found))
"""
REFUSAL = (
    b"<Response><Errors><Error><Code>AuthFailure</Code><Message>who are you</Message></Error>"
    b"</Errors><RequestID>1</RequestID></Response>"
)


class Refusing(BaseHTTPRequestHandler):
    """EC2, as it answers someone whom it does not know."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(401)
        self.send_header("Content-Length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("command", ["status", "down"])
def test_only_aws_is_loaded_where_only_aws_is_used(
    endpoint: str, tmp_path: Path, command: str
) -> None:
    (tmp_path / "longshore.yaml").write_text(
        "name: shop\ntarget: {provider: aws, region: us-east-1, size: t3.small}\n"
        f"providers: {{aws: {{endpoint: '{endpoint}'}}}}\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, command, "--yes"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in ran.stdout.splitlines() if line.startswith(("code", "ours", "others"))]
    assert said == ["code 4", "ours True", "others []"], ran.stdout + ran.stderr
