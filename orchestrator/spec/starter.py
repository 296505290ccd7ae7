"""What `longshore init` writes into a directory that has no project file yet."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT_FILE = "longshore.yaml"
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""In the Compose Specification's order of preference."""
IGNORED = ".longshore/"

_PROJECT = """\
# What Longshore runs where. `longshore plan` shows what would happen, `longshore up` does it.
name: {name}
compose: {compose}

targets:
  # A target is a group of equal machines; every service runs on each of them.
  main:
    provider: aws            # or gcp, azure
    region: us-east-1        # or europe-west1, westeurope; [a, b] tries b where a has no room
    count: 1
    size: {{cpu: 2, memory: 4GiB}}
    # os: debian-12          # or debian-13, ubuntu-24.04, rocky-9, amazon-linux-2023 and others
    # arch: x86_64           # or arm64
    # disk: 20               # GiB
    # spot: true             # cheaper, and the cloud may take the machine back
  # Servers that you have already are claimed, not made:
  # office: {{provider: servers, hosts: [192.0.2.10]}}

# Which service runs on which targets, when not all run on all:
# placement: {{web: [main]}}

# How to see from outside that a service is well:
# health: {{web: {{http: /, timeout: 60s}}}}

# How to sign in. By default a key is made for this project, and SSH is open to your address only.
# ssh: {{key: ~/.ssh/id_ed25519, ssh_from: auto}}
"""

_COMPOSE = """\
services:
  web:
    build: .
    ports:
      - "80:{port}"
    restart: unless-stopped
"""


def find_compose(directory: Path) -> Path | None:
    """The directory's Compose file, or None."""
    return _first(directory, COMPOSE_NAMES)


def find_dockerfile(directory: Path) -> Path | None:
    """The directory's Dockerfile, or None."""
    return _first(directory, ("Dockerfile",))


def starter_project(directory: Path) -> list[tuple[Path, str]]:
    """The files to write, each with its whole text. Only `.gitignore` may exist already, and
    then the text is the old one with a line added; a second call right after writing returns
    nothing. Reads only."""
    directory = directory.absolute()
    files: list[tuple[Path, str]] = []
    compose, dockerfile = find_compose(directory), find_dockerfile(directory)
    if compose is None and dockerfile is not None:
        compose = directory / COMPOSE_NAMES[0]
        files.append((compose, _COMPOSE.format(port=_exposed_port(dockerfile))))
    project = directory / PROJECT_FILE
    if not project.exists():
        compose_name = compose.name if compose else COMPOSE_NAMES[0]
        text = _PROJECT.format(name=project_name(directory.name), compose=compose_name)
        files.append((project, text))
    ignore = directory / ".gitignore"
    old = ignore.read_text(encoding="utf-8") if ignore.is_file() else ""
    if not any(_ignores_state(line) for line in old.splitlines()):
        gap = "" if not old or old.endswith("\n") else "\n"
        files.append((ignore, f"{old}{gap}{IGNORED}\n"))
    return files


def project_name(directory_name: str) -> str:
    """The directory's name, made to fit: lower-case, dashes, at most 20 characters."""
    name = re.sub(r"[^a-z0-9]+", "-", directory_name.lower())
    name = re.sub(r"^[^a-z]+", "", name)[:20].strip("-")
    return name or "app"


def _first(directory: Path, names: tuple[str, ...]) -> Path | None:
    return next((directory / name for name in names if (directory / name).is_file()), None)


def _exposed_port(dockerfile: Path) -> str:
    text = dockerfile.read_text(encoding="utf-8", errors="replace")
    ports = re.findall(r"^\s*EXPOSE\s+([0-9]+)(?:/tcp)?\s*$", text, re.MULTILINE | re.IGNORECASE)
    return ports[-1] if ports else "8080"


def _ignores_state(line: str) -> bool:
    return line.strip().strip("/") == IGNORED.strip("/")
