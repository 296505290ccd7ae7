"""Which Dockerfiles need BuildKit."""

from __future__ import annotations

import pytest

from orchestrator.images.dockerfile import buildkit_features

CLASSIC = """\
# escape=\\
# a comment: # syntax=none
ARG VERSION=1
FROM --platform=linux/amd64 debian:12 AS base
RUN apt-get update && \\
    # a comment in between
    apt-get install --yes x <<< "no here-document"
COPY --from=base --chown=1:1 a b
ADD --chown=1:1 https://example.com/x.tar.gz /
HEALTHCHECK --interval=5s --timeout=3s CMD true
RUN echo --mount=type=cache
ENTRYPOINT ["x", "--mount=y"]
"""


def test_what_the_classic_builder_knows() -> None:
    assert buildkit_features(CLASSIC) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# syntax=docker/dockerfile:1\nFROM a", "line 1: # syntax=docker/dockerfile:1"),
        ("#check=skip=all\n# Syntax = x\nFROM a", "line 2: # syntax=x"),
        ("FROM a\nRUN --mount=type=secret,id=a true", "line 2: RUN --mount"),
        ("FROM a\nrun --network=none true", "line 2: RUN --network"),
        ("FROM a\nCOPY --from=b --link a b", "line 2: COPY --link"),
        ("FROM a\nCOPY --chmod=755 a b", "line 2: COPY --chmod"),
        ("FROM a\nADD --checksum=sha256:0 a b", "line 2: ADD --checksum"),
        ("FROM a\n\nRUN <<EOF\nls\nEOF", "line 3: RUN with a here-document"),
        ("FROM a\nCOPY <<-'END' /x\nEND", "line 2: COPY with a here-document"),
        ("FROM --platform=$BUILDPLATFORM a", "line 1: BUILDPLATFORM"),
        ("FROM a\nARG TARGETARCH", "line 2: TARGETARCH"),
        ("FROM a\nADD https://example.com/a/b.git#main /b", "line 2: ADD from a Git repository"),
        ("FROM a\nRUN true \\\n  --mount \\\n  x\nRUN --mount=x y", "line 5: RUN --mount"),
    ],
)
def test_what_needs_buildkit(text: str, said: str) -> None:
    assert [str(feature) for feature in buildkit_features(text)][:1] == [said]
