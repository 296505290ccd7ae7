"""The commands that need no cloud."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from orchestrator import __version__


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nEXPOSE 8080\n")
    monkeypatch.chdir(folder)
    return folder


def test_init_writes_once_and_config_reads_it(here: Path, cli: Callable[..., Any]) -> None:
    first = cli("init")
    assert first.code == 0
    assert first.out.splitlines()[:3] == [
        "wrote compose.yaml", "wrote longshore.yaml", "wrote .gitignore",
    ]  # fmt: skip
    before = {path: path.read_text() for path in here.iterdir()}
    assert cli("init").out.startswith("everything is there already\n")
    assert {path: path.read_text() for path in here.iterdir()} == before
    assert cli("config").out.startswith("name: shop\nenvironment: production\n")
    assert json.loads(cli("config", "--output", "json").out)["name"] == "shop"


def test_init_says_what_is_missing(tmp_path: Path, cli: Callable[..., Any]) -> None:
    said = cli("init", str(tmp_path)).out.splitlines()[-1]
    assert said == "next: write compose.yaml (there is no Compose file and no Dockerfile here)"


def test_a_wrong_project_starts_no_sandbox(
    here: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.cli import rehearsal

    monkeypatch.setattr(rehearsal, "point_at_sandbox", lambda *_, **__: pytest.fail("started"))
    cli("init")
    (here / "longshore.yaml").write_text("name: shop\n")
    assert cli("up", "--sandbox", "--yes").code == 2


def test_init_reports_files_in_json(here: Path, cli: Callable[..., Any]) -> None:
    (here / ".gitignore").write_text("dist/\n")
    found = json.loads(cli("init", "--output", "json").out)
    assert found["files"][-1] == {"file": ".gitignore", "action": "changed"}


def test_config_hides_secrets_unless_asked(
    here: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("init")
    (here / ".secrets").write_text("TOKEN=hunter2-canary\n")
    compose = here / "compose.yaml"
    compose.write_text(compose.read_text() + "    env_file: .secrets\n")
    for output in ("text", "json"):
        assert "hunter2-canary" not in cli("config", "--output", output).out
        assert "hunter2-canary" in cli("config", "--output", output, "--reveal").out


def test_schema_is_json(cli: Callable[..., Any]) -> None:
    assert json.loads(cli("schema").out)["title"] == "Longshore project file"


def test_version_names_what_is_installed(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = json.loads(cli("version", "--output", "json").out)
    assert found["longshore"] == __version__
    assert found["python"] == platform.python_version()
    assert set(found["extras"]) == {"aws", "gcp", "azure", "sandbox"}
    assert cli("version").out.startswith(f"longshore {__version__}\npython    ")


@pytest.mark.parametrize("command", ["up", "down", "status", "env"])
def test_sandbox_without_its_extra_says_how_to_get_it(
    command: str, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", nothing)
    ended = cli("sandbox", command)
    assert ended.code == 2
    assert ended.err == (
        "error: the sandbox is not installed\ninstall it with `pip install 'longshore[sandbox]'`\n"
    )
