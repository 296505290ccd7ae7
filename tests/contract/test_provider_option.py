"""`pytest --provider`: the suite for somebody else's provider, alone, and what it refuses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEAST = 40
"""Tests that any provider has to pass, whatever it has not."""
USAGE = 4


def _pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_example_provider_passes_the_suite() -> None:
    ran = _pytest("--provider", "examples.provider.shelf:ShelfProvider")
    assert ran.returncode == 0, ran.stdout[-3000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed
    assert int(passed[1]) >= LEAST
    assert "skipped" not in ran.stdout
    assert "failed" not in ran.stdout


def test_only_the_conformance_tests_are_collected() -> None:
    ran = _pytest("--provider", "examples.provider.shelf:ShelfProvider", "--collect-only")
    tests = [line for line in ran.stdout.splitlines() if "::" in line]
    assert tests
    assert {line.partition("/")[0] for line in tests} == {"tests"}
    assert all("[examples.provider.shelf:ShelfProvider" in line for line in tests)
    assert {str(Path(line.partition("::")[0]).parent) for line in tests} == {"tests/contract"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--provider", "examples.provider.shelf"], "not of the form module:Class"),
        (["--provider", "no.such.module:Thing"], "cannot load no.such.module:Thing"),
        (["--provider", "examples.provider.shelf:Shelf"], "is no emulator"),
        (["--provider", "examples.provider.shelf:Nothing"], "cannot load"),
        (
            ["--provider", "examples.provider.shelf:ShelfProvider", "--live", "aws"],
            "give one of them",
        ),
        (["--live", "moon"], "--live is one of aws"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(arguments: list[str], says: str) -> None:
    ran = _pytest(*arguments)
    assert ran.returncode == USAGE
    assert says in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
