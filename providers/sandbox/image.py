"""The machine image: found by its recipe's digest, else built."""

from __future__ import annotations

import io
import os
import re
import shlex
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from providers.sandbox import outer, recipe
from providers.sandbox.bootstrap import bootstrap_base, pull_base
from providers.sandbox.errors import SandboxError
from providers.sandbox.home import PRIVATE_FOLDER
from providers.sandbox.prerequisites import engine_errors
from providers.sandbox.process import file_lock
from providers.sandbox.progress import Progress
from providers.sandbox.recipe import Recipe

if TYPE_CHECKING:
    import docker

REPOSITORY = "longshore-sandbox-machine"
BASE_VARIABLE = "LONGSHORE_SANDBOX_BASE"
# APT's summaries, without its line for each package.
MILESTONE = re.compile(r"newly installed|^Need to get|^Fetched")
BUILD_LABEL = "longshore.sandbox.build"
EXECUTABLE = 0o755
PLAIN = 0o644


def read_recipe() -> Recipe:
    """The recipe for this machine, from its release, its APT sources and LONGSHORE_SANDBOX_BASE."""
    base = os.environ.get(BASE_VARIABLE, "")
    if base:
        return Recipe(base=base)
    release = outer.read_release(Path("/etc/os-release").read_text())
    files = outer.release_files(release, outer.source_files())
    sources = outer.parse_sources(files)
    source = outer.release_source(release, sources)
    # debootstrap leaves one of its own, which would name the same packages again.
    files.setdefault("/etc/apt/sources.list", "")
    files["/etc/apt/apt.conf.d/80longshore-outer"] = outer.acquire_settings()
    return Recipe(
        base=f"debootstrap {release.codename} {source.uri}",
        files=files,
        keyrings=tuple(str(path) for path in outer.keyrings(sources)),
    )


def ensure_image(client: docker.APIClient, on_progress: Progress, *, baked: bool) -> str:
    """The reference of the machine image, built first where it does not exist yet.

    Calling twice is safe and the second call is quick. Raises SandboxError.
    """
    plan = read_recipe()
    with file_lock(_build_lock()), engine_errors("building the machine image"):
        return _ensure(client, plan, on_progress, baked=baked)


def _build_lock() -> Path:
    """One for all sandboxes of a user, because they share the image."""
    folder = Path.home() / ".local/state/longshore"
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder / "sandbox-build.lock"


def _ensure(client: docker.APIClient, plan: Recipe, on_progress: Progress, *, baked: bool) -> str:
    machine = f"{REPOSITORY}:{plan.digest}"
    baked_machine = f"{machine}-baked"
    if not _exists(client, machine):
        on_progress("Building the machine image (once; about two minutes)")
        base = (
            bootstrap_base(client, plan.base, on_progress)
            if plan.base.startswith("debootstrap ")
            else pull_base(client, plan.base, on_progress)
        )
        _build(
            client,
            on_progress,
            base=base,
            target=machine,
            files=_archive(plan),
            scripts=(
                recipe.INSTALL.format(packages=" ".join(recipe.PACKAGES)),
                recipe.FINISH.format(units=" ".join(recipe.MASKED_UNITS)),
            ),
        )
    if baked and not _exists(client, baked_machine):
        on_progress("Building the variant with Docker installed (once)")
        policy = {"/usr/sbin/policy-rc.d": recipe.FILES["/usr/sbin/policy-rc.d"]}
        _build(
            client,
            on_progress,
            base=machine,
            target=baked_machine,
            files=_pack(policy.items(), ()),
            scripts=(
                recipe.INSTALL.format(packages=" ".join(recipe.BAKED_PACKAGES)),
                recipe.BAKE_FINISH,
            ),
        )
    return baked_machine if baked else machine


def _exists(client: docker.APIClient, reference: str) -> bool:
    return bool(client.images(name=reference, quiet=True))


def _archive(plan: Recipe) -> bytes:
    return _pack([*plan.files.items(), *recipe.FILES.items()], plan.keyrings)


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


def _build(
    client: docker.APIClient,
    on_progress: Progress,
    *,
    base: str,
    target: str,
    files: bytes,
    scripts: tuple[str, ...],
) -> None:
    """Run the scripts in a container of `base` and commit it as `target`."""
    for left in client.containers(all=True, filters={"label": f"{BUILD_LABEL}={target}"}):
        client.remove_container(left["Id"], force=True, v=True)
    container = client.create_container(
        base,
        command=["sleep", "infinity"],
        labels={BUILD_LABEL: target},
        environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )["Id"]
    try:
        client.start(container)
        client.put_archive(container, "/", files)
        for script in scripts:
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
