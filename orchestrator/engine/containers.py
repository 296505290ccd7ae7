"""Containers on one machine: what is there, and the single changes to it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from orchestrator.engine.client import DockerApi
from orchestrator.engine.confighash import config_hash
from orchestrator.engine.create import ContainerRequest, clears_command, create_body
from orchestrator.engine.errors import ConflictError, NotThereError
from orchestrator.engine.labels import (
    LABEL_CONFIG,
    LABEL_HOSTS,
    LABEL_RELEASE,
    LABEL_SERVICE,
    LABEL_SOURCE,
    Scope,
    delivered_name,
)

__all__ = [
    "Container",
    "config_hash",
    "create",
    "list_containers",
    "remove",
    "rename",
    "retire",
    "start",
    "stop",
]

REMOVAL_TIMEOUT = 60
"""Seconds that a removal which is under way may still take."""

EXITED = re.compile(r"Exited \((\d+)\)")
NO_RESTART: Any = {"Name": "no"}

State = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead"]
Health = Literal["none", "starting", "healthy", "unhealthy"]
Role = Literal["current", "next", "previous", "failed", "other"]


@dataclass(frozen=True)
class PublishedPort:
    """A port as it is reachable on the machine."""

    container: int
    published: int
    protocol: str
    host_ip: str


@dataclass(frozen=True)
class Container:
    """One container of ours as one listing shows it. `created` in seconds since 1970;
    `status` is the Engine's own sentence ("Up 3 minutes (healthy)")."""

    id: str
    name: str
    service: str
    project: str
    environment: str
    release: str
    config_hash: str
    image_id: str
    state: State
    health: Health
    role: Role
    source: str = ""
    status: str = ""
    created: int = 0
    ports: tuple[PublishedPort, ...] = ()
    writes: frozenset[str] = frozenset()
    """Named volumes and paths of the machine that it may write to."""
    hosts: str = ""
    """The names of machines that it was made with, as its label says them."""

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it has not."""
        return exit_status(self.status)

    @property
    def running(self) -> bool:
        return self.state == "running"


def list_containers(engine: DockerApi, project: str, environment: str) -> tuple[Container, ...]:
    """All containers of one environment, stopped ones too, sorted by name. One request.
    Raises EngineError."""
    scope = Scope(project, environment)
    with engine.calling("list containers"):
        rows = engine.api.containers(all=True, filters={"label": scope.label_filter})
    return tuple(sorted((_container(row, scope) for row in rows), key=lambda c: c.name))


def create(engine: DockerApi, request: ContainerRequest, *, name: str) -> str:
    """Make the container, not started, and return its id. Raises EngineError: NotThereError
    when the image is not on the machine, ConflictError when the name is taken."""
    try:
        return _create(engine, request, name, request.image_id)
    except NotThereError as error:
        # An Engine with the containerd store gives images other ids than the Engine they
        # were built in: there, an image goes by the name it was given on arrival.
        try:
            return _create(engine, request, name, delivered_name(request.image_id))
        except NotThereError:
            raise error from None


def _create(engine: DockerApi, request: ContainerRequest, name: str, image: str) -> str:
    entrypoint: tuple[str, ...] = ()
    with engine.calling(f"create container {name}"):
        if clears_command(request.service):
            seen: Any = engine.api.inspect_image(image)  # type: ignore[no-untyped-call]
            entrypoint = tuple(seen["Config"].get("Entrypoint") or ())
        body = create_body(request, image=image, image_entrypoint=entrypoint)
        made = engine.api.create_container_from_config(  # type: ignore[no-untyped-call]
            body, name=name
        )
    return str(made["Id"])


def start(engine: DockerApi, container: str) -> None:
    """Start a container by id or name. Starting a running one changes nothing."""
    with engine.calling(f"start container {container}"):
        engine.api.start(container)


def stop(engine: DockerApi, container: str, *, within: int | None = None) -> None:
    """Stop it, with the container's own stop signal and time; with `within`, it is killed
    after that many seconds, also where it is being stopped already. Stopping a stopped one
    changes nothing."""
    with engine.calling(f"stop container {container}"):
        engine.api.stop(container, timeout=within)


def remove(engine: DockerApi, container: str) -> bool:
    """Remove it, running or not, with its anonymous volumes. False when it was not there."""
    try:
        with engine.calling(f"remove container {container}"):
            engine.api.remove_container(container, force=True, v=True)
    except NotThereError:
        return False
    except ConflictError:
        # Somebody removes it already: a run that was killed after asking, say.
        with suppress(NotThereError), engine.calling(f"see container {container} removed"):
            engine.api.wait(container, condition="removed", timeout=REMOVAL_TIMEOUT)
    return True


def rename(engine: DockerApi, container: str, name: str) -> None:
    """Give it another name. Raises ConflictError when that is taken."""
    with engine.calling(f"rename container {container} to {name}"):
        engine.api.rename(container, name)


def retire(engine: DockerApi, container: str) -> None:
    """Stop it for good: an Engine that starts again would start a container with
    `restart: always` although it was stopped. Calling it again changes nothing.

    Stopped first: the Engine refuses to update a container that ends at that moment, as
    one that crashes over and over does.
    """
    stop(engine, container)
    with engine.calling(f"retire container {container}"):
        engine.api.update_container(container, restart_policy=NO_RESTART)


def _container(row: Any, scope: Scope) -> Container:
    labels = row["Labels"]
    service = labels.get(LABEL_SERVICE, "")
    name = str(row["Names"][0]).removeprefix("/") if row.get("Names") else ""
    status = str(row.get("Status", ""))
    return Container(
        id=row["Id"],
        name=name,
        service=service,
        project=scope.project,
        environment=scope.environment,
        release=labels.get(LABEL_RELEASE, ""),
        config_hash=labels.get(LABEL_CONFIG, ""),
        image_id=row["ImageID"],
        state=row["State"],
        health=health_of(status),
        role=_role(name, service, scope),
        source=labels.get(LABEL_SOURCE, ""),
        hosts=labels.get(LABEL_HOSTS, ""),
        status=status,
        created=int(row["Created"]),
        ports=tuple(sorted(map(_port, _published(row)), key=lambda p: (p.container, p.host_ip))),
        writes=frozenset(
            mount.get("Name") or mount["Source"]
            for mount in row.get("Mounts") or ()
            if mount["RW"] and mount["Type"] in ("volume", "bind")
        ),
    )


def health_of(status: str) -> Health:
    """Health out of the listing's sentence, which is the only place a listing has it."""
    if "(healthy)" in status:
        return "healthy"
    if "(unhealthy)" in status:
        return "unhealthy"
    return "starting" if "(health: starting)" in status else "none"


def exit_status(status: str) -> int | None:
    """How a container ended, out of the listing's sentence ("Exited (0) 2 hours ago")."""
    found = EXITED.match(status)
    return int(found[1]) if found else None


def _role(name: str, service: str, scope: Scope) -> Role:
    names = scope.container(service)
    roles: dict[str, Role] = {
        names.current: "current",
        names.next: "next",
        names.previous: "previous",
        names.failed: "failed",
    }
    return roles.get(name, "other")


def _published(row: Any) -> list[Any]:
    return [port for port in row.get("Ports") or () if "PublicPort" in port]


def _port(port: Any) -> PublishedPort:
    return PublishedPort(
        container=port["PrivatePort"],
        published=port["PublicPort"],
        protocol=port["Type"],
        host_ip=port.get("IP", ""),
    )
