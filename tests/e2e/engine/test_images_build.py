"""Building with the Engine here, as far as it goes without BuildKit."""

from __future__ import annotations

import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine.client import Engine
from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.errors import Interrupted
from orchestrator.images.build import BuiltImage, build_image
from orchestrator.images.errors import BuildError, BuildKitMissingError
from orchestrator.images.local import LocalEngine
from orchestrator.spec.model import Build, EnvVar
from tests.e2e.engine.conftest import new_project, remove_everything
from tests.e2e.engine.support import TEST_LABEL

Builder = Callable[..., BuiltImage]


@pytest.fixture
def context(tmp_path: Path, busybox: Path) -> Path:
    context = tmp_path / "app"
    context.mkdir()
    shutil.copy(busybox, context / "busybox")
    (context / "hello.txt").write_text("hello")
    return context


@pytest.fixture
def build(
    engine: Engine, local: LocalEngine, context: Path, cancel: Cancellation
) -> Iterator[Builder]:
    """Builds the given Dockerfile text in `context`, on the classic builder: no docker
    command is on its path."""
    run = new_project()

    def build(
        text: str,
        *,
        output: Callable[[str], None] = lambda line: None,
        platform: str = "linux/amd64",
        **settings: object,
    ) -> BuiltImage:
        (context / "Dockerfile").write_text(f"{text}\nLABEL {TEST_LABEL}={run}\n")
        return build_image(
            Build(context, **settings),  # type: ignore[arg-type]
            tag=f"longshore-test/{run}:latest",
            platform=platform,
            on_output=output,
            environ={**os.environ, "PATH": ""},
            local=local,
            cancel=cancel,
        )

    yield build
    remove_everything(engine, run.__eq__)


def files_of(local: LocalEngine, image: str) -> set[str]:
    """The files a container of the image starts with, from its export."""
    import io
    import tarfile

    made = local.api.create_container(image, ["x"], labels={TEST_LABEL: "none"})["Id"]
    try:
        archive = b"".join(local.api.export(made))
    finally:
        local.api.remove_container(made)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name for member in tar if member.isfile()}


def test_a_build_and_the_same_again(build: Builder, local: LocalEngine) -> None:
    lines: list[str] = []
    first = build("FROM scratch\nCOPY hello.txt /", output=lines.append)
    assert "hello.txt" in files_of(local, first.id)
    assert any(line.startswith("Step 2/3 : COPY") for line in lines)
    assert build("FROM scratch\nCOPY hello.txt /").id == first.id


def test_what_is_ignored_stays_out_and_our_state_always(
    build: Builder, local: LocalEngine, context: Path
) -> None:
    for folder in (context, context / "sub"):
        (folder / ".longshore").mkdir(parents=True)
        (folder / ".longshore" / "state.db").write_text("secret")
    (context / "skipped.log").touch()
    (context / ".dockerignore").write_text(
        "# comment\n*.log\nDockerfile\n!.longshore\n!**/.longshore\n"
    )
    built = build("FROM scratch\nCOPY . /all/")
    found = {name for name in files_of(local, built.id) if name.startswith("all/")}
    assert found == {"all/.dockerignore", "all/busybox", "all/hello.txt"}


def test_a_dockerfile_from_outside_the_context(
    build: Builder, local: LocalEngine, context: Path
) -> None:
    outside = context.parent / "Other.Dockerfile"
    outside.write_text("FROM scratch\nCOPY hello.txt /outside.txt\n")
    built = build("FROM scratch", dockerfile="../Other.Dockerfile")
    assert "outside.txt" in files_of(local, built.id)
    local.api.remove_image(built.id, force=True)


def test_a_failing_build_names_its_step_and_last_lines(build: Builder) -> None:
    dockerfile = 'FROM scratch\nCOPY busybox /\nRUN ["/busybox", "sh", "-c", "echo why; exit 4"]'
    with pytest.raises(BuildError, match="code: 4") as caught:
        build(dockerfile)
    assert caught.value.step.startswith("Step 3/4 : RUN")
    assert "why" in caught.value.last_lines


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        ("RUN --mount=type=cache,target=/x true", "line 2: RUN --mount"),
        ("COPY --link hello.txt /", "line 2: COPY --link"),
        ("COPY <<EOF /x\nhi\nEOF", "line 2: COPY with a here-document"),
    ],
)
def test_what_needs_buildkit_is_refused_with_what_to_install(
    build: Builder, instruction: str, said: str
) -> None:
    with pytest.raises(BuildKitMissingError, match=said) as caught:
        build(f"FROM scratch\n{instruction}")
    assert "docker-buildx-plugin" in caught.value.advice


def test_another_platform_is_built_or_refused_but_never_mistaken(build: Builder) -> None:
    try:
        assert build("FROM scratch\nCOPY hello.txt /", platform="linux/arm64").platform == (
            "linux/arm64"
        )
    except BuildError as error:
        assert "linux/arm64" in error.message


def test_secret_arguments_are_in_no_output_and_no_argv(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = f"canary-{uuid.uuid4()}"
    seen_argv: list[bytes] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    argv = process.read_bytes()
                except OSError:
                    continue
                if secret.encode() in argv:
                    seen_argv.append(argv)
            done.wait(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    lines: list[str] = []
    script = 'RUN ["/busybox", "sh", "-c", "echo value $TOKEN; /busybox sleep 1; exit 9"]'
    try:
        with pytest.raises(BuildError) as caught:
            build(
                f"FROM scratch\nARG TOKEN\nCOPY busybox /\n{script}",
                output=lines.append,
                args=(EnvVar("TOKEN", secret, secret=True),),
            )
    finally:
        done.set()
        watcher.join()
    assert seen_argv == []
    assert "value ***" in lines
    shown = json.dumps([*lines, caught.value.message, *caught.value.last_lines, str(caught.value)])
    assert secret not in shown


def test_a_stop_that_is_asked_for_ends_the_build(build: Builder, cancel: Cancellation) -> None:
    def stop_at_run(line: str) -> None:
        if "RUN" in line:
            cancel.request()

    with pytest.raises(Interrupted):
        build('FROM scratch\nCOPY busybox /\nRUN ["/busybox", "sleep", "5"]', output=stop_at_run)


def test_no_engine_here_says_what_to_do(context: Path) -> None:
    (context / "Dockerfile").write_text("FROM scratch\n")
    environ = {"DOCKER_HOST": "unix:///nowhere/docker.sock", "PATH": ""}
    with pytest.raises(EngineUnreachableError) as caught:
        build_image(
            Build(context),
            tag="longshore-test/none",
            platform="linux/amd64",
            on_output=lambda line: None,
            environ=environ,
            local=LocalEngine(environ),
            cancel=Cancellation(),
        )
    assert "DOCKER_HOST" in caught.value.advice
