"""The options of the conformance suite, here because pytest reads them before it looks further.

See docs/writing-a-provider.md and tests/contract/choosing.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from providers.sandbox.rest.recorder import RECORD_VARIABLE

CONTRACT = Path(__file__).parent / "contract"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("longshore", "conformance of providers")
    group.addoption(
        "--provider",
        metavar="MODULE:NAME",
        help="run the conformance suite for this provider alone, instead of ours",
    )
    group.addoption(
        "--emulator",
        metavar="MODULE:CLASS",
        help="what --provider is judged against, where the provider does not name it itself",
    )
    group.addoption(
        "--live",
        metavar="CLOUD",
        help="run the conformance suite against a real cloud (aws, gcp, azure); costs money",
    )


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "needs(*words): made for the emulators that have all of this (tests/contract/needs.py)",
        "lacks(*words): made for the emulators that have none of this",
        "only(*providers): made for these providers' emulators",
        "machines(count): how many machines the test makes at most",
        "last: looks back at the whole run",
    ):
        config.addinivalue_line("markers", line)
    # Every sandbox that a test starts keeps its traffic for the judges (tests/homes.py).
    os.environ[RECORD_VARIABLE] = "1"
    if config.getoption("--provider") or config.getoption("--live"):
        from tests.contract.choosing import chosen

        chosen(config)  # what is wrong with them is said before anything is collected


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A run for one provider, or against a real cloud, is the conformance suite alone."""
    if not (config.getoption("--provider") or config.getoption("--live")):
        return None
    inside = collection_path == CONTRACT or CONTRACT in collection_path.parents
    return None if inside or collection_path in CONTRACT.parents else True
