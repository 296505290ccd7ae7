"""Which Dockerfiles only BuildKit can build.

The classic builder does not refuse all of them: it takes `--mount` for a part of the
command, leaves TARGETARCH empty and ignores the syntax directive, and builds something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIRECTIVE = re.compile(r"#\s*(?P<name>[A-Za-z]+)\s*=\s*(?P<value>\S+)")
FLAGS = re.compile(r"(?:\s+--[a-z-]+(?:=\S+)?)+")
HEREDOC = re.compile(r"<<-?[\"']?[A-Za-z_][A-Za-z0-9_]*[\"']?(\s|$)")
AUTOMATIC = re.compile(r"\b(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT)\b")
GIT_SOURCE = re.compile(r"\s(git@|https?://\S+\.git\b)")

CLASSIC_FLAGS = {
    "ADD": {"--chown"},
    "COPY": {"--chown", "--from"},
    "FROM": {"--platform"},
    "HEALTHCHECK": {"--interval", "--timeout", "--start-period", "--retries"},
}
"""The flags that the classic builder knows (Engine 20.10); all others are BuildKit's."""

TAKES_HEREDOC = {"RUN", "COPY", "ADD"}


@dataclass(frozen=True)
class Feature:
    """Something that needs BuildKit, and the line it stands on (from 1)."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


def buildkit_features(dockerfile: str) -> tuple[Feature, ...]:
    """What in the text of a Dockerfile needs BuildKit; empty when the classic builder can
    build it as well."""
    return tuple(_features(dockerfile))


def _features(dockerfile: str) -> Iterator[Feature]:
    escape = "\\"
    for line, name, value in _directives(dockerfile):
        if name == "escape":
            escape = value
        elif name == "syntax":
            yield Feature(line, f"# syntax={value}")
    for line, text in _instructions(dockerfile, escape):
        word = text.split(None, 1)[0].upper()
        rest = text[len(word) :]
        flags = FLAGS.match(rest)
        for flag in flags.group().split() if flags else ():
            if flag.split("=")[0] not in CLASSIC_FLAGS.get(word, set()):
                yield Feature(line, f"{word} {flag.split('=')[0]}")
        if word in TAKES_HEREDOC and HEREDOC.search(rest):
            yield Feature(line, f"{word} with a here-document")
        if word == "ADD" and GIT_SOURCE.search(rest):
            yield Feature(line, "ADD from a Git repository")
        if found := AUTOMATIC.search(rest):
            yield Feature(line, found.group())


def _directives(dockerfile: str) -> Iterator[tuple[int, str, str]]:
    """Parser directives: comments at the very top, before anything else."""
    for number, line in enumerate(dockerfile.splitlines(), start=1):
        found = DIRECTIVE.fullmatch(line.strip())
        if found is None:
            return
        yield number, found["name"].lower(), found["value"]


def _instructions(dockerfile: str, escape: str) -> Iterator[tuple[int, str]]:
    """Instructions with their first line's number, continuation lines joined, comments out."""
    started, parts = 0, list[str]()
    for number, line in enumerate(dockerfile.splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        started = started or number
        parts.append(text.removesuffix(escape))
        if text.endswith(escape):
            continue
        yield started, " ".join(parts)
        started, parts = 0, []
    if parts:
        yield started, " ".join(parts)
