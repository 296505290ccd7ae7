"""Whoever has no credentials hears of it soon, however many calls want some."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

ASKING = """
from concurrent.futures import ThreadPoolExecutor
from providers.contract.errors import AuthError
from providers.contract.retry import ignore_retry
from providers.contract.types import Owner, ProviderSettings
from providers.gcp import create
provider = create(ProviderSettings("gcp", project="p"), "us-central1", ignore_retry)
provider.prepare()

def ask(_: int) -> bool:
    try:
        provider.listing(Owner("shop", "production"))
    except AuthError:
        return True
    return False

with ThreadPoolExecutor(4) as pool:
    assert all(pool.map(ask, range(4)))
"""


def test_the_metadata_server_is_looked_for_once(tmp_path: Path) -> None:
    tries: list[int] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                tries.append(connection.fileno())
                connection.close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        environment = {
            "HOME": str(tmp_path),
            "PATH": "/nonexistent",
            "GCE_METADATA_IP": f"127.0.0.1:{port}",
        }
        done = subprocess.run(
            [sys.executable, "-c", ASKING], env=environment, timeout=60, capture_output=True
        )
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    assert done.returncode == 0, done.stderr.decode()
    assert len(tries) == 1
