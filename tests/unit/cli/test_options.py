"""The shared options, and where the project file is looked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.console import Console
from orchestrator.invocation import Invocation


@pytest.fixture
def seen(acting: Callable[..., Any]) -> Callable[..., Invocation]:
    def run(*arguments: str) -> Invocation:
        kept: list[Invocation] = []

        def body(invocation: Invocation, console: Console) -> int:
            kept.append(invocation)
            assert (console.output, console.yes) == (invocation.output, invocation.yes)
            return 0

        assert acting(body, *arguments).code == 0
        return kept[0]

    return run


def test_without_options(seen: Callable[..., Invocation], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LONGSHORE_SANDBOX", raising=False)
    assert seen() == Invocation(command="act")


def test_every_option(seen: Callable[..., Invocation]) -> None:
    found = seen("--output", "json", "-y", "-e", "staging", "-f", "other.yaml", "--sandbox")
    assert found == Invocation("act", "json", True, "staging", Path("other.yaml"), True)


def test_sandbox_by_variable(
    seen: Callable[..., Invocation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONGSHORE_SANDBOX", "1")
    assert seen().sandbox


def test_project_file_is_found_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "longshore.yaml").touch()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Invocation().with_project_file().file == tmp_path / "longshore.yaml"
    assert Invocation(file=Path("x.yaml")).with_project_file().file == Path("x.yaml")
