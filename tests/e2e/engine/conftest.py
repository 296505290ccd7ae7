"""A real Engine, one small image, and a project of its own for every test.

Names carry the process id, so that what a killed run left is told from what another run
uses, and removed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine import containers
from orchestrator.engine.client import Engine
from orchestrator.engine.create import ContainerRequest
from orchestrator.engine.errors import ConflictError, EngineError, NotThereError
from orchestrator.engine.labels import LABEL_PROJECT, Scope
from orchestrator.engine.networks import ensure_network
from orchestrator.images.build import build_image
from orchestrator.images.local import LocalEngine
from orchestrator.spec.model import Build, Service
from tests.e2e.engine.support import LARGE, STAYS, TEST_LABEL, ThisMachine, until

OURS = re.compile(r"et(\d+)-[0-9a-f]{6}")
DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
"""


def new_project() -> str:
    return f"et{os.getpid()}-{uuid.uuid4().hex[:6]}"


def remove_everything(engine: Engine, is_ours: Callable[[str], bool]) -> None:
    """Remove containers, networks, volumes and images of the projects that `is_ours` names.
    Another run may be sweeping the same leftovers."""
    found = {"label": LABEL_PROJECT}
    api = engine.api
    for row in api.containers(all=True, filters=found):
        if is_ours(row["Labels"][LABEL_PROJECT]):
            containers.remove(engine, row["Id"])
    for network in api.networks(filters=found):
        if is_ours(network["Labels"][LABEL_PROJECT]):
            with suppress(NotThereError), engine.calling("sweep"):
                api.remove_network(network["Id"])
    for volume in api.volumes(filters=found)["Volumes"] or ():
        if is_ours(volume["Labels"][LABEL_PROJECT]):
            with suppress(NotThereError), engine.calling("sweep"):
                api.remove_volume(volume["Name"])
    for image in api.images(filters={"label": TEST_LABEL}):
        if is_ours(image["Labels"][TEST_LABEL]):
            with suppress(NotThereError, ConflictError), engine.calling("sweep"):
                api.remove_image(image["Id"], force=True)


def is_of_a_dead_run(project: str) -> bool:
    found = OURS.fullmatch(project)
    return found is not None and not Path(f"/proc/{found[1]}").exists()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = Engine(ThisMachine(), name="local")
    remove_everything(engine, is_of_a_dead_run)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def local() -> Iterator[LocalEngine]:
    local = LocalEngine()
    yield local
    local.close()


@pytest.fixture(scope="session")
def busybox() -> Path:
    found = shutil.which("busybox")
    assert found is not None, "these tests need the package busybox-static"
    return Path(found)


@pytest.fixture(scope="session")
def image(
    engine: Engine,
    local: LocalEngine,
    busybox: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The id of an image with a shell and nothing to run by itself."""
    run = new_project()
    context = tmp_path_factory.mktemp("context")
    shutil.copy(busybox, context / "busybox")
    (context / "Dockerfile").write_text(DOCKERFILE + f"LABEL {TEST_LABEL}={run}\n")
    built = build_image(
        Build(context),
        tag=f"longshore-test/{run}:latest",
        platform="linux/amd64",
        on_output=lambda line: None,
        environ=os.environ,
        local=local,
        cancel=Cancellation(),
    )
    yield built.id
    remove_everything(engine, run.__eq__)


@pytest.fixture
def cancel() -> Cancellation:
    return Cancellation()


@pytest.fixture
def scope(engine: Engine) -> Iterator[Scope]:
    """A project with its network, all gone afterwards."""
    scope = Scope(new_project(), "test")
    ensure_network(engine, scope)
    yield scope
    remove_everything(engine, scope.project.__eq__)


@pytest.fixture
def request_for(scope: Scope, image: str) -> Callable[..., ContainerRequest]:
    """Makes a request for the service `web`, running for ever unless told otherwise."""

    def make(
        command: tuple[str, ...] = STAYS, *, release: str = "1", **settings: object
    ) -> ContainerRequest:
        labels = ((TEST_LABEL, scope.project),)
        service = Service("web", command=command, labels=labels, **settings)  # type: ignore[arg-type]
        return ContainerRequest(scope, service, release, image, source=f"build:{release}")

    return make


@pytest.fixture(scope="session")
def other_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of a second Engine on this machine, as empty as a new machine's. It starts
    no containers."""
    folder = tmp_path_factory.mktemp("engine")
    name = new_project()
    command = [
        # A network of its own: an Engine without a bridge removes the docker0 it finds.
        "unshare",
        "--net",
        shutil.which("dockerd") or "/usr/sbin/dockerd",
        f"--host=unix://{folder}/docker.sock",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/pid",
        f"--containerd-namespace={name}",
        f"--containerd-plugins-namespace={name}-plugins",
        "--storage-driver=vfs",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    engine = Engine(ThisMachine(), name="us-1", socket_path=f"{folder}/docker.sock")

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()[-2000:]
        try:
            engine.ping()
        except EngineError:
            return False
        return True

    try:
        until(answers, within=60)
        yield f"{folder}/docker.sock"
    finally:
        engine.close()
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder / "data", ignore_errors=True)


@pytest.fixture(scope="session")
def large_image(
    engine: Engine, local: LocalEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    run = new_project()
    context = tmp_path_factory.mktemp("large")
    (context / "blob").write_bytes(os.urandom(LARGE))
    (context / "Dockerfile").write_text(f"FROM scratch\nCOPY blob /\nLABEL {TEST_LABEL}={run}\n")
    built = build_image(
        Build(context),
        tag=f"longshore-test/{run}:latest",
        platform="linux/amd64",
        on_output=lambda line: None,
        environ={**os.environ, "PATH": ""},
        local=local,
        cancel=Cancellation(),
    )
    yield built.id
    remove_everything(engine, run.__eq__)


@pytest.fixture
def empty_engine(other_socket: str) -> Iterator[Engine]:
    engine = Engine(ThisMachine(), name="us-1", socket_path=other_socket)
    for image in engine.api.images(all=True):
        engine.api.remove_image(image["Id"], force=True)
    yield engine
    engine.close()
