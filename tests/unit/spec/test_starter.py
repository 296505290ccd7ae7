"""What `longshore init` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.spec import load_project
from orchestrator.spec.starter import (
    find_compose,
    find_dockerfile,
    project_name,
    starter_project,
)


def write(files: list[tuple[Path, str]]) -> list[str]:
    for path, text in files:
        path.write_text(text)
    return [path.name for path, _ in files]


def test_from_a_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nEXPOSE 3000\n")
    assert write(starter_project(tmp_path)) == ["compose.yaml", "longshore.yaml", ".gitignore"]
    project = load_project(tmp_path / "longshore.yaml", environment=None, environ={})
    (web,) = project.services
    assert [(port.published, port.container) for port in web.ports] == [(80, 3000)]
    assert (tmp_path / ".gitignore").read_text() == ".longshore/\n"


def test_from_a_compose_file(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {web: {image: nginx}}\n")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert write(starter_project(tmp_path)) == ["longshore.yaml", ".gitignore"]
    project = load_project(tmp_path / "longshore.yaml", environment=None, environ={})
    assert project.compose_file.name == "docker-compose.yml"


def test_a_second_time_there_is_nothing_to_write(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    write(starter_project(tmp_path))
    assert starter_project(tmp_path) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "longshore.yaml").write_text("mine\n")
    (tmp_path / "compose.yaml").write_text("mine\n")
    assert [path.name for path, _ in starter_project(tmp_path)] == [".gitignore"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ".longshore/\n"),
        ("dist/\n", "dist/\n.longshore/\n"),
        ("dist/", "dist/\n.longshore/\n"),
        (".longshore/\n", None),
        (".longshore\n", None),
        ("/.longshore/\n", None),
        ("# .longshore/\n", "# .longshore/\n.longshore/\n"),
    ],
)
def test_the_ignore_file_is_added_to(tmp_path: Path, old: str, new: str | None) -> None:
    (tmp_path / "longshore.yaml").write_text("mine\n")
    (tmp_path / ".gitignore").write_text(old)
    assert [text for _, text in starter_project(tmp_path)] == ([new] if new else [])


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("shop", "shop"),
        ("My Shop", "my-shop"),
        ("shop_api.v2", "shop-api-v2"),
        ("2048", "app"),
        ("--x--", "x"),
        ("a-very-long-directory-name-indeed", "a-very-long-director"),
        ("", "app"),
    ],
)
def test_the_name_is_made_to_fit(directory: str, name: str) -> None:
    assert project_name(directory) == name


def test_finding(tmp_path: Path) -> None:
    assert find_compose(tmp_path) is None
    assert find_dockerfile(tmp_path) is None
    (tmp_path / "compose.yml").touch()
    (tmp_path / "docker-compose.yml").touch()
    (tmp_path / "Dockerfile").touch()
    assert find_compose(tmp_path) == tmp_path / "compose.yml"
    assert find_dockerfile(tmp_path) == tmp_path / "Dockerfile"
