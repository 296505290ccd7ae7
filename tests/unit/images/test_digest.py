"""What changes a build's identity, and what does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.images.digest import context_digest
from orchestrator.images.errors import BuildError
from orchestrator.spec.model import Build, EnvVar

AMD64 = "linux/amd64"


@pytest.fixture
def build(tmp_path: Path) -> Build:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (tmp_path / "page").write_text("hello")
    (tmp_path / "notes").write_text("not for the image")
    (tmp_path / ".dockerignore").write_text("notes\n")
    (tmp_path / ".longshore").mkdir()
    return Build(tmp_path)


def test_it_is_the_same_twice_and_whatever_the_clock_says(build: Build) -> None:
    before = context_digest(build, AMD64)
    os.utime(build.context / "page", (1, 1))
    assert context_digest(build, AMD64) == before


def edit_page(root: Path) -> None:
    (root / "page").write_text("hallo")


def rename_page(root: Path) -> None:
    (root / "page").rename(root / "pages")


def make_executable(root: Path) -> None:
    (root / "page").chmod(0o755)


def add_directory(root: Path) -> None:
    (root / "empty").mkdir()


def replace_by_link(root: Path) -> None:
    (root / "page").unlink()
    (root / "page").symlink_to("elsewhere")


def edit_dockerfile(root: Path) -> None:
    (root / "Dockerfile").write_text("FROM scratch\nCOPY page /\n")


@pytest.mark.parametrize(
    "change",
    [edit_page, rename_page, make_executable, add_directory, replace_by_link, edit_dockerfile],
)
def test_what_the_builder_sees_changes_it(build: Build, change: Callable[[Path], None]) -> None:
    before = context_digest(build, AMD64)
    change(build.context)
    assert context_digest(build, AMD64) != before


def test_ignored_files_and_our_own_state_do_not_count(build: Build) -> None:
    before = context_digest(build, AMD64)
    (build.context / "notes").write_text("other notes")
    (build.context / ".longshore" / "state.db").write_text("changes all the time")
    assert context_digest(build, AMD64) == before


def test_platform_target_and_arguments_count(build: Build) -> None:
    variants = [
        context_digest(build, AMD64),
        context_digest(build, "linux/arm64"),
        context_digest(replace(build, target="small"), AMD64),
        context_digest(replace(build, args=(EnvVar("A", "1"),)), AMD64),
        context_digest(replace(build, args=(EnvVar("A", "2"),)), AMD64),
    ]
    assert len(set(variants)) == len(variants)


def test_a_missing_context_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    gone = Build(tmp_path / "app", dockerfile=str(tmp_path / "Dockerfile"))
    with pytest.raises(BuildError, match="is not a directory"):
        context_digest(gone, AMD64)
