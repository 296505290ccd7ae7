"""What `longshore doctor` finds of this machine; the Engine and git are never asked here."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.app import workstation
from orchestrator.app.workstation import look_at_this_machine
from orchestrator.machines.keys import key_path, project_key
from orchestrator.reporting.doctor import CheckRow
from orchestrator.spec import load_project
from orchestrator.spec.model import Project

GONE = "unix:///nonexistent/docker.sock"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": str(tmp_path), "DOCKER_HOST": GONE}


def _project(folder: Path, ssh: str = "{}", service: str = "{image: nginx}") -> Project:
    (folder / "longshore.yaml").write_text(
        "name: shop\ntarget: {provider: aws, region: us-east-1, size: t3.small}\n"
        + (f"ssh: {ssh}\n" if ssh != "{}" else "")
    )
    (folder / "compose.yaml").write_text(f"services: {{web: {service}}}\n")
    return load_project(folder / "longshore.yaml", environment=None, environ={})


def _row(check: str, project: Project | None, environ: dict[str, str]) -> CheckRow:
    return next(row for row in look_at_this_machine(project, environ) if row.check == check)


def test_no_engine_is_a_failure_only_where_something_is_built(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    assert _row("engine", _project(tmp_path), environ).verdict == "warning"
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    found = _row("engine", _project(tmp_path, service="{build: .}"), environ)
    assert found.verdict == "failed"
    assert "DOCKER_HOST" in found.advice


def test_a_key_that_is_not_there_yet_is_not_made(tmp_path: Path, environ: dict[str, str]) -> None:
    found = _row("ssh", _project(tmp_path), environ)
    assert (found.verdict, found.advice) == ("ok", "")
    assert not key_path("shop", environ).exists()


def test_the_projects_key_is_read(tmp_path: Path, environ: dict[str, str]) -> None:
    key = project_key("shop", environ)
    found = _row("ssh", _project(tmp_path), environ)
    assert (found.verdict, found.message) == ("ok", "ssh-ed25519 key")
    key.chmod(0o644)
    open_to_others = _row("ssh", _project(tmp_path), environ)
    assert open_to_others.verdict == "warning"
    assert open_to_others.advice == f"chmod 600 {key}"


def test_a_named_file_that_is_no_key_is_a_failure(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "id_rsa").write_text("not a key")
    found = _row("ssh", _project(tmp_path, "{key: id_rsa}"), environ)
    assert found.verdict == "failed"
    assert "not a private key" in found.message


def test_no_agent_is_a_failure_where_one_is_asked_for(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = _project(tmp_path, "{agent: true}")
    assert "SSH_AUTH_SOCK" in _row("ssh", project, environ).message
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nobody"))
    found = _row("ssh", project, {**environ, "SSH_AUTH_SOCK": str(tmp_path / "nobody")})
    assert found.verdict == "failed"


def test_no_git_is_a_warning(tmp_path: Path, environ: dict[str, str]) -> None:
    found = _row("git", _project(tmp_path), environ)
    assert (found.verdict, found.message) == ("warning", "is not installed")


def test_without_a_project_there_is_no_key_to_look_at(environ: dict[str, str]) -> None:
    checks = {row.check for row in look_at_this_machine(None, environ)}
    assert checks == {"engine", "git"}


def test_everything_is_said_of_this_machine(tmp_path: Path, environ: dict[str, str]) -> None:
    rows = look_at_this_machine(_project(tmp_path), environ)
    assert {row.where for row in rows} == {workstation.WHERE}
    assert all(row.advice for row in rows if row.verdict != "ok")
