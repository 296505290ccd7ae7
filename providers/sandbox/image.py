"""The machine images: found by their recipes' digests, else built."""

from __future__ import annotations

import io
import os
import re
import shlex
import tarfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from providers.sandbox import outer
from providers.sandbox.bootstrap import bootstrap_base, pull_base
from providers.sandbox.errors import SandboxError
from providers.sandbox.home import PRIVATE_FOLDER
from providers.sandbox.prerequisites import engine_errors
from providers.sandbox.process import file_lock
from providers.sandbox.progress import Progress
from providers.sandbox.recipe import Layer, Recipe
from providers.sandbox.systems import CODENAMES, DEFAULT_SYSTEM, Channel, Variant, stand_in

if TYPE_CHECKING:
    import docker

REPOSITORY = "longshore-sandbox-machine"
BAKED = "-baked"
BASE_VARIABLE = "LONGSHORE_SANDBOX_BASE"
VERSION = "{version}"
# APT's summaries, without its line for each package.
MILESTONE = re.compile(r"newly installed|^Need to get|^Fetched")
BUILD_LABEL = "longshore.sandbox.build"
EXECUTABLE = 0o755
PLAIN = 0o644


def read_recipe(system: str) -> Recipe:
    """The recipe for `system` on this computer: from its release and its APT sources, or from
    LONGSHORE_SANDBOX_BASE. Raises SandboxError where it has neither."""
    base = os.environ.get(BASE_VARIABLE, "")
    if base:
        if VERSION not in base and system != DEFAULT_SYSTEM:
            raise SandboxError(
                f"{BASE_VARIABLE} names one image for all releases, and {system} is another one.",
                f"Write the release's number as {VERSION}: {BASE_VARIABLE}=debian:{VERSION}",
            )
        return Recipe(base=base.replace(VERSION, system.rpartition("-")[2]))
    here = outer.read_release(Path("/etc/os-release").read_text())
    files = outer.release_files(here, outer.source_files())
    sources = outer.parse_sources(files)
    source = outer.release_source(here, sources)
    release = outer.release_for(here, CODENAMES[system], default=system == DEFAULT_SYSTEM)
    files = {path: outer.move_suites(text, here, release) for path, text in files.items()}
    # debootstrap leaves one of its own, which would name the same packages again.
    files.setdefault("/etc/apt/sources.list", "")
    files["/etc/apt/apt.conf.d/80longshore-outer"] = outer.acquire_settings()
    return Recipe(
        base=f"debootstrap {release.codename} {source.uri}",
        files=files,
        keyrings=tuple(str(path) for path in outer.keyrings(sources)),
    )


class MachineImages:
    """The images of one sandbox. `baked` says whether new machines have Docker already, and
    may change at any time. Methods may be called from any thread."""

    def __init__(
        self, client: docker.APIClient, on_progress: Progress, *, baked: bool = False
    ) -> None:
        self.baked = baked
        self._client = client
        self._on_progress = on_progress
        self._recipes: dict[str, Recipe] = {}
        self._layers: dict[str, Layer] = {}
        self._problems: dict[str, SandboxError] = {}
        self._lock = threading.Lock()

    def reference(self, system: str, channel: Channel) -> str:
        """The name of the image that a machine of `system` boots from; returns at once, whether
        or not it exists yet, and leaves it to `ensure` to say why it cannot. A system that there
        are no packages of gets its `stand_in`."""
        variant = Variant(stand_in(system), channel, self.baked)
        try:
            layer = self._recipe(variant.system).layer(variant)
        except SandboxError as error:
            name = f"{REPOSITORY}:{variant.channel_name}-missing"
            self._problems[name] = error
            return name
        return self._remember(layer, BAKED if variant.baked else "")

    def _recipe(self, system: str) -> Recipe:
        with self._lock:
            if system not in self._recipes:
                self._recipes[system] = read_recipe(system)
            return self._recipes[system]

    def ensure(self, reference: str) -> None:
        """Build the image of that name where it does not exist yet, under a lock that all
        sandboxes of a user share. Calling twice is safe and the second call is quick. Raises
        SandboxError; a name that `reference` did not give must exist already."""
        if reference in self._problems:
            raise self._problems[reference]
        if _exists(self._client, reference):
            return
        with file_lock(_build_lock()), engine_errors("building the machine image"):
            self._build(reference)

    def _remember(self, layer: Layer, suffix: str = "") -> str:
        """The layer's reference, kept so that `ensure` knows what to build."""
        name = f"{REPOSITORY}:{layer.name}-{layer.digest}{suffix}"
        with self._lock:
            self._layers[name] = layer
        return name

    def _build(self, reference: str) -> None:
        if _exists(self._client, reference):
            return
        layer = self._layers.get(reference)
        if layer is None:
            raise SandboxError(f"The machine image {reference} is not there.", "It was removed.")
        if isinstance(layer.below, Layer):
            below = self._remember(layer.below)
            self._build(below)
        else:
            self._on_progress(f"Building {layer.name} machines (once; about two minutes)")
            below = self._base(layer.below)
        self._on_progress(f"Building {reference.partition(':')[2]}")
        _commit(self._client, layer, below, reference, self._on_progress)

    def _base(self, base: str) -> str:
        bootstrapped = base.startswith("debootstrap ")
        return (bootstrap_base if bootstrapped else pull_base)(
            self._client, base, self._on_progress
        )


def _build_lock() -> Path:
    """One for all sandboxes of a user, because they share the images."""
    folder = Path.home() / ".local/state/longshore"
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder / "sandbox-build.lock"


def _exists(client: docker.APIClient, reference: str) -> bool:
    return bool(client.images(name=reference, quiet=True))


def _pack(files: Iterable[tuple[str, str]], copies: Iterable[str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        contents = [(path, text.encode()) for path, text in files]
        contents += [(path, Path(path).read_bytes()) for path in copies]
        for path, data in contents:
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size = len(data)
            member.mode = EXECUTABLE if "/sbin/" in path else PLAIN
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _commit(
    client: docker.APIClient, layer: Layer, below: str, target: str, on_progress: Progress
) -> None:
    """Run the layer's scripts in a container of `below` and commit it as `target`."""
    for left in client.containers(all=True, filters={"label": f"{BUILD_LABEL}={target}"}):
        client.remove_container(left["Id"], force=True, v=True)
    container = client.create_container(
        below,
        command=["sleep", "infinity"],
        labels={BUILD_LABEL: target},
        environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )["Id"]
    try:
        client.start(container)
        client.put_archive(container, "/", _pack(layer.files.items(), layer.keyrings))
        for script in layer.scripts:
            _run(client, container, script, on_progress)
        repository, tag = target.split(":")
        client.commit(
            container,
            repository,
            tag,
            changes=['CMD ["/sbin/init"]', "ENV container=docker"],
        )
    finally:
        client.remove_container(container, force=True, v=True)


def _run(client: docker.APIClient, container: str, script: str, on_progress: Progress) -> None:
    job = client.exec_create(container, ["sh", "-c", script])["Id"]
    rest, tail = "", [""]
    for chunk in client.exec_start(job, stream=True):
        *lines, rest = (rest + chunk.decode(errors="replace")).split("\n")
        for line in filter(None, (line.strip() for line in lines)):
            tail = [*tail[-20:], line]
            if MILESTONE.search(line):
                on_progress(line)
    status = client.exec_inspect(job)["ExitCode"]
    if status != 0:
        raise SandboxError(
            f"Building the machine image failed with status {status}:\n" + "\n".join(tail),
            "Check that this machine can install packages: "
            f"{shlex.join(['apt-get', 'update'])}; then run the command again.",
        )
