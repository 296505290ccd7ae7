"""A project in a temporary directory, and its loading."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.spec import Project, SpecError, load_project

PROJECT = "name: shop\ntarget: {provider: aws, region: us-east-1, size: t3.small}\n"
COMPOSE = "services:\n  web:\n    image: nginx:1.27\n"


@dataclass(frozen=True)
class Files:
    """Writes the two files (good ones unless given) and loads them."""

    directory: Path

    def write(self, project: str = PROJECT, compose: str | None = COMPOSE, **more: str) -> Path:
        files = {"longshore.yaml": project, **more}
        if compose is not None:
            files["compose.yaml"] = compose
        for name, text in files.items():
            (self.directory / name).write_text(textwrap.dedent(text).lstrip("\n"))
        return self.directory / "longshore.yaml"

    def load(
        self,
        project: str = PROJECT,
        compose: str | None = COMPOSE,
        *,
        environment: str | None = None,
        environ: Mapping[str, str] | None = None,
        **more: str,
    ) -> Project:
        file = self.write(project, compose, **more)
        return load_project(file, environment=environment, environ=environ or {})

    def complaints(
        self,
        project: str = PROJECT,
        compose: str | None = COMPOSE,
        *,
        environment: str | None = None,
        environ: Mapping[str, str] | None = None,
        **more: str,
    ) -> list[str]:
        """Every message, or none when the files are right."""
        try:
            self.load(project, compose, environment=environment, environ=environ, **more)
        except SpecError as error:
            assert error.exit_code == 2
            return [str(problem) for problem in error.problems]
        return []


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def service(files: Files) -> Callable[..., object]:
    """The service `web` made of the given lines, with an image unless they say one."""

    def build(lines: str, *, top: str = "", environ: Mapping[str, str] | None = None) -> object:
        body = textwrap.indent(textwrap.dedent(lines).strip("\n"), "    ")
        compose = f"services:\n  web:\n    image: nginx\n{body}\n{textwrap.dedent(top)}"
        return files.load(compose=compose, environ=environ).services[0]

    return build
