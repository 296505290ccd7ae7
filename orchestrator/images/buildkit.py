"""BuildKit through the `docker` command, which alone brings it to every Engine."""

from __future__ import annotations

import re
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from orchestrator.images.context import ignore_patterns
from orchestrator.images.errors import BuildError
from orchestrator.images.output import BuildOutputTail

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.spec.model import Build

STEP = re.compile(r"#\d+ \[")
LOOK_AT_CANCEL = 0.2
VERSION_TIMEOUT = 20
STOP_TIMEOUT = 5
PIECE = 64 * 1024


def has_buildx(environ: Mapping[str, str]) -> bool:
    """Whether `docker build` is BuildKit here: the command is there and so is buildx."""
    docker = shutil.which("docker", path=environ.get("PATH"))
    if docker is None:
        return False
    try:
        asked = subprocess.run(
            [docker, "buildx", "version"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def buildkit_command(build: Build, *, dockerfile: Path, tag: str, platform: str) -> list[str]:
    """The argument vector. Values of build arguments are not in it: `--build-arg NAME` takes
    the value from the command's environment."""
    command = ["docker", "build", "--progress", "plain", "--load", "--provenance=false"]
    command += ["--platform", platform, "--tag", tag, "--file", str(dockerfile)]
    if build.target:
        command += ["--target", build.target]
    for argument in build.args:
        command += ["--build-arg", argument.name]
    return [*command, str(build.context)]


def buildkit_environment(build: Build, environ: Mapping[str, str], host: str) -> dict[str, str]:
    """The command's environment: the Engine that we look at too, and the build arguments."""
    return {
        **environ,
        "DOCKER_HOST": host,
        "DOCKER_BUILDKIT": "1",
        "BUILDKIT_PROGRESS": "plain",
        **{argument.name: argument.value for argument in build.args},
    }


def build_with_buildkit(
    build: Build,
    dockerfile: str,
    *,
    host: str,
    tag: str,
    platform: str,
    on_output: Callable[[str], None],
    environ: Mapping[str, str],
    cancel: Cancellation,
) -> None:
    """Build and tag. Raises BuildError with the step and its last lines, Interrupted."""
    output = BuildOutputTail(on_output, STEP)
    with tempfile.TemporaryDirectory(prefix="longshore-build-") as folder:
        # BuildKit reads the patterns beside the Dockerfile before those of the context:
        # a copy is how ours are added without touching the user's files.
        copy = Path(folder) / "Dockerfile"
        copy.write_text(dockerfile)
        copy.with_name("Dockerfile.dockerignore").write_text("\n".join(ignore_patterns(build)))
        command = buildkit_command(build, dockerfile=copy, tag=tag, platform=platform)
        try:
            process = subprocess.Popen(
                command,
                env=buildkit_environment(build, environ, host),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise BuildError(f"cannot run the docker command: {error}") from error
        with process:
            try:
                _pass_on(cast(IO[bytes], process.stdout), output, cancel)
            except BaseException:  # whatever it was: no builder stays behind
                _stop(process)
                raise
    output.finish()
    if process.returncode != 0:
        raise BuildError(
            f"building {tag} failed: docker build ended with status {process.returncode}",
            step=output.step,
            last_lines=output.last_lines,
        )


def _pass_on(stdout: IO[bytes], output: BuildOutputTail, cancel: Cancellation) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            cancel.check()
            if not selector.select(LOOK_AT_CANCEL):
                continue
            piece = stdout.read1(PIECE)  # type: ignore[attr-defined]
            if not piece:
                return
            output.add(piece.decode(errors="replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
