"""The application that both sides deploy: one static binary and one page."""

from __future__ import annotations

import shutil
from pathlib import Path

BUSYBOX = Path("/bin/busybox")
"""Static, from the distribution's package busybox-static."""

# The health check is part of the image, so that both sides run it exactly alike.
DOCKERFILE = """\
FROM scratch
COPY busybox /busybox
COPY www /www
STOPSIGNAL SIGKILL
HEALTHCHECK --interval=1s --timeout=2s --retries=5 \\
  CMD ["/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"]
ENTRYPOINT ["/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""
COMPOSE = """\
services:
  web:
    build: .
    ports: ["8080:8080"]
    restart: unless-stopped
"""
PROJECT = """\
name: {name}
targets:
  us: {{provider: aws, region: us-east-1, count: {count}, size: {{cpu: 2, memory: 4GiB}}}}
"""


def write_app(folder: Path, page: str) -> None:
    """Write the Dockerfile and its context; again with another `page` to change one line."""
    (folder / "www").mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "www" / "index.html").write_text(page)
    if not (folder / "busybox").exists():
        shutil.copy2(BUSYBOX, folder / "busybox")


def write_project(folder: Path, name: str, count: int) -> None:
    """Write what Longshore reads beside the Dockerfile. Calling it again changes nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "longshore.yaml").write_text(PROJECT.format(name=name, count=count))
