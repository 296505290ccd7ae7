"""References as the pull call takes them, and what failed pulls mean."""

from __future__ import annotations

import pytest

from orchestrator.errors import ExitCode
from orchestrator.images.pull import pull_error, split_reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("reference", "name", "tag"),
    [
        ("nginx", "nginx", "latest"),
        ("nginx:1.27", "nginx", "1.27"),
        ("localhost:5000/web", "localhost:5000/web", "latest"),
        ("localhost:5000/web:1", "localhost:5000/web", "1"),
        (f"ghcr.io/a/web@{DIGEST}", "ghcr.io/a/web", DIGEST),
        (f"ghcr.io:443/a/web:1@{DIGEST}", "ghcr.io:443/a/web", DIGEST),
    ],
)
def test_name_and_tag(reference: str, name: str, tag: str) -> None:
    assert split_reference(reference) == (name, tag)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("manifest for nginx:none not found: manifest unknown: manifest unknown", "not found"),
        (
            "pull access denied for shop/web, repository does not exist or may require "
            "'docker login': denied: requested access to the resource is denied",
            "unauthorized",
        ),
        ("Head https://r.example/v2/a: unauthorized: authentication required", "unauthorized"),
        ("Get https://r.example/v2/: dial tcp: lookup r.example: no such host", "unreachable"),
        ("Get http://127.0.0.1:9/v2/: dial tcp: connect: connection refused", "unreachable"),
        ("Get https://r.example/v2/: x509: certificate signed by unknown authority", "unreachable"),
        ("no space left on device", "failed"),
    ],
)
def test_what_a_failed_pull_means(words: str, problem: str) -> None:
    error = pull_error("us-1", "shop/web", words)
    assert error.problem == problem
    assert error.message == f"us-1: cannot pull shop/web: {words}"
    assert (error.exit_code is ExitCode.AUTH) == (problem == "unauthorized")
    assert bool(error.advice) == (problem != "failed")
