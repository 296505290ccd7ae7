"""The pages hold to the code: links, commands, keys, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.table import COMMANDS
from orchestrator.spec import load_project
from orchestrator.spec.compose_shape import SERVICE
from orchestrator.spec.environments import environment_names
from orchestrator.spec.parse import parse
from orchestrator.spec.project_shape import TARGET
from orchestrator.spec.refusals import DEPLOY, TOP_LEVEL
from orchestrator.spec.schema import project_schema
from orchestrator.spec.server_shape import HOST, SERVER_TARGET
from orchestrator.spec.shape import Keys
from orchestrator.spec.tree import Findings, MapNode

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
PROJECT_PAGE = ROOT / "docs" / "project-file.md"
SERVERS_PAGE = ROOT / "docs" / "servers.md"
PAGES = (README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
COMPOSE = """\
services:
  web: {image: "nginx:1.27", ports: ["80:80"]}
  worker: {image: "busybox:1.36"}
"""


def project_files() -> Iterator[str]:
    """Every whole project file that is printed on the pages."""
    for page in (README, PROJECT_PAGE, SERVERS_PAGE):
        for block in YAML.findall(page.read_text()):
            if block.startswith("name:"):
                yield block


def first_column(page: Path) -> set[str]:
    """What stands in backquotes in the first column of the page's tables."""
    rows = re.findall(r"^\| ([^|]+) \|", page.read_text(), re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    gone = [to for to in LINK.findall(page.read_text()) if not (page.parent / to).exists()]
    assert gone == []


def test_the_readme_lists_every_command() -> None:
    assert {entry.name for entry in COMMANDS} <= first_column(README)


def test_every_key_of_the_project_file_has_a_row() -> None:
    keys = project_schema()["properties"]
    assert isinstance(keys, dict)
    assert {*keys, *TARGET.known, *SERVER_TARGET.known} <= first_column(PROJECT_PAGE)


def test_every_key_of_a_host_has_a_row() -> None:
    assert isinstance(HOST.map, Keys)
    assert set(HOST.map.known) <= first_column(SERVERS_PAGE)


def test_every_key_of_a_service_has_a_row() -> None:
    assert set(SERVICE.known) <= first_column(PROJECT_PAGE)


def test_what_is_refused_at_the_top_of_files_and_sections_is_named() -> None:
    page = PROJECT_PAGE.read_text()
    refused = {*TARGET.refused, *TOP_LEVEL, *DEPLOY}
    assert [key for key in refused if not re.search(rf"[`.]{key}`", page)] == []


@pytest.mark.parametrize("text", list(project_files()))
def test_project_files_on_the_pages_are_right(tmp_path: Path, text: str) -> None:
    file = tmp_path / "longshore.yaml"
    file.write_text(text)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    root = parse(text, file, Findings())
    assert isinstance(root, MapNode)
    for environment in environment_names(root):
        load_project(file, environment=environment, environ={})
