"""Which values are secret: what came from outside the two files, and nothing else."""

from __future__ import annotations

from orchestrator.spec.model import EnvVar, Project
from orchestrator.spec.resolved import render_resolved, resolved_document

COMPOSE = """
services:
  web:
    build:
      context: .
      args:
        NPM_TOKEN: ${NPM_TOKEN}
        PLAIN: written
    env_file: .env.web
    environment:
      WRITTEN: in-the-file
      DEFAULTED: ${UNSET:-the-default}
      PASSED:
      INSERTED: postgres://app:${DB_PASSWORD}@db/app
      NESTED: ${UNSET:-${NESTED_SECRET}}
      FROM_DOTENV: ${DOTENV_SECRET}
      SHORT: ${SHORT}
      NAME: ${COMPOSE_PROJECT_NAME}
      BLANK: ${BLANK}
  worker:
    image: app:${TAG}
    environment:
      - LISTED
      - INLINE=k-${DB_PASSWORD}
      - WRITTEN=in-the-file
"""
ENVIRON = {
    "NPM_TOKEN": "npm-hidden",
    "PASSED": "passed-hidden",
    "DB_PASSWORD": "db-hidden",
    "NESTED_SECRET": "nested-hidden",
    "SHORT": "abc",
    "BLANK": "",
    "LISTED": "listed-hidden",
    "TAG": "v1.2.3",
}


def loaded(files) -> Project:
    return files.load(
        compose=COMPOSE,
        environ=ENVIRON,
        **{
            ".env": "DOTENV_SECRET=dotenv-hidden\nPASSED=loses-to-the-environment\n",
            ".env.web": "API_KEY=file-hidden\nPORT=80\nWRITTEN=overridden-hidden\n",
            "Dockerfile": "FROM scratch\n",
        },
    )


def flags(variables: tuple[EnvVar, ...]) -> dict[str, tuple[str, bool]]:
    return {variable.name: (variable.value, variable.secret) for variable in variables}


def test_secret_flags(files) -> None:
    project = loaded(files)
    assert flags(project.service("web").environment) == {
        "API_KEY": ("file-hidden", True),
        "PORT": ("80", True),
        "WRITTEN": ("in-the-file", False),
        "DEFAULTED": ("the-default", False),
        "PASSED": ("passed-hidden", True),
        "INSERTED": ("postgres://app:db-hidden@db/app", True),
        "NESTED": ("nested-hidden", True),
        "FROM_DOTENV": ("dotenv-hidden", True),
        "SHORT": ("abc", True),
        "NAME": ("shop", False),
        "BLANK": ("", True),
    }
    assert flags(project.service("worker").environment) == {
        "LISTED": ("listed-hidden", True),
        "INLINE": ("k-db-hidden", True),
        "WRITTEN": ("in-the-file", False),
    }
    build = project.service("web").build
    assert build is not None
    assert flags(build.args) == {"NPM_TOKEN": ("npm-hidden", True), "PLAIN": ("written", False)}


def test_the_project_gathers_every_secret_value(files) -> None:
    assert loaded(files).secrets == {
        "file-hidden",
        "overridden-hidden",
        "passed-hidden",
        "db-hidden",
        "postgres://app:db-hidden@db/app",
        "nested-hidden",
        "dotenv-hidden",
        "npm-hidden",
        "listed-hidden",
        "k-db-hidden",
    }


def test_each_line_of_a_secret_is_a_secret(files) -> None:
    compose = "services:\n  web:\n    image: nginx\n    environment: [KEY]\n"
    project = files.load(compose=compose, environ={"KEY": "-----BEGIN\nabcdef\n=\n"})
    assert project.secrets == {"-----BEGIN\nabcdef\n=\n", "-----BEGIN", "abcdef"}


def test_the_resolved_output_holds_no_secret(files) -> None:
    project = loaded(files)
    text = render_resolved(project)
    assert "hidden" not in text
    assert "API_KEY: '***'" in text
    assert "WRITTEN: in-the-file" in text
    assert "hidden" not in str(resolved_document(project))
    assert "hidden" not in repr(project)


def test_a_secret_is_masked_wherever_it_stands(files) -> None:
    compose = (
        "services:\n  web:\n    image: nginx\n    environment: [TOKEN]\n"
        "    command: serve --token ${TOKEN}\n    labels: {note: 'is ${TOKEN}!'}\n"
    )
    project = files.load(compose=compose, environ={"TOKEN": "hidden"})
    assert project.services[0].command == ("serve", "--token", "hidden")
    assert "hidden" not in render_resolved(project)
    assert "note: is ***!" in render_resolved(project)


def test_reveal_shows_the_values(files) -> None:
    project = loaded(files)
    assert "API_KEY: file-hidden" in render_resolved(project, reveal=True)
    assert "file-hidden" in str(resolved_document(project, masked=False))


def test_no_message_repeats_the_value_of_a_variable(files) -> None:
    compose = """
    services:
      web:
        image: ${V}
        ports: ["${V}", {target: "${V}", published: "${V}"}]
        volumes: ["${V}:/x:${V}", {type: bind, source: "${V}", target: /y}]
        mem_limit: ${V}
        cpus: ${V}
        restart: ${V}
        working_dir: ${V}
        healthcheck: {test: ["${V}"], interval: "${V}", retries: "${V}"}
        depends_on: {web2: {condition: "${V}"}}
      web2: {image: nginx}
    """
    project = """
    name: ${V}
    deliver: ${V}
    target: {provider: "${V}", region: "${V}", count: "${V}", size: {cpu: 1, memory: "${V}"}}
    ssh: {ssh_from: "${V}"}
    """
    complaints = files.complaints(project, compose, environ={"V": "HIDDEN!/../9"})
    assert len(complaints) >= 18
    assert not [complaint for complaint in complaints if "HIDDEN" in complaint]
