"""One service of the Compose file, from nodes that have passed their shape to the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.spec.commands import build_command
from orchestrator.spec.compose_shape import (
    CONTEXT,
    IMAGE,
    LABEL_ITEM,
    RESTART,
    SERVICE,
    USER,
    WORKING_DIR,
)
from orchestrator.spec.dependencies import build_dependencies
from orchestrator.spec.environment import Surroundings, build_variables, read_env_files
from orchestrator.spec.healthchecks import build_healthcheck
from orchestrator.spec.limits import build_resources
from orchestrator.spec.model import Build, Dependency, Mount, Port, Restart, Service
from orchestrator.spec.mounts import build_mounts
from orchestrator.spec.ports import build_ports
from orchestrator.spec.sound import sound_map
from orchestrator.spec.tree import ListNode, MapNode, Node, Place, Scalar

RESERVED_LABELS = "longshore-"


@dataclass(frozen=True)
class BuiltService:
    """A service, and where the parts stand that are checked against other services."""

    service: Service
    place: Place
    ports: tuple[tuple[Port, Place], ...]
    mounts: tuple[tuple[Mount, Place], ...]
    depends_on: tuple[tuple[Dependency, Place], ...]


def build_service(name: str, place: Place, written: MapNode, around: Surroundings) -> BuiltService:
    """The typed service, made of what is right in it; what does not go together is noted."""
    findings = around.findings
    if "image" not in written.entries and "build" not in written.entries:
        findings.add(place, "there is neither 'image' nor 'build'", "add one of them")
    node = sound_map(written, SERVICE) or MapNode(written.place, {})
    for key in ("command", "entrypoint", "healthcheck", "labels"):
        _note_secrets(node.get(key), around)
    ports = build_ports(node.list("ports"))
    mounts = build_mounts(node.list("volumes"), findings)
    depends_on = build_dependencies(node.get("depends_on"))
    image, restart = node.scalar("image"), node.scalar("restart")
    user, working_dir = node.scalar("user"), node.scalar("working_dir")
    from_files = read_env_files(node.get("env_file"), around)
    inline = build_variables(node.get("environment"), around)
    service = Service(
        name=name,
        image=IMAGE.read(image) if image else None,
        build=_build(node.get("build"), around),
        command=build_command(node.get("command")),
        entrypoint=build_command(node.get("entrypoint")),
        environment=tuple({v.name: v for v in (*from_files, *inline)}.values()),
        ports=tuple(dict.fromkeys(port for port, _ in ports)),
        mounts=tuple(mount for mount, _ in mounts),
        restart=RESTART.read(restart) if restart else Restart(),
        healthcheck=build_healthcheck(node.map("healthcheck"), findings),
        depends_on=tuple(dependency for dependency, _ in depends_on),
        labels=_labels(node.get("labels"), around),
        user=USER.read(user) if user else None,
        working_dir=WORKING_DIR.read(working_dir) if working_dir else None,
        resources=build_resources(node, findings),
    )
    return BuiltService(service, place, ports, mounts, depends_on)


def _note_secrets(node: Node | None, around: Surroundings) -> None:
    """What the deployer's variables put into a command or a label is as secret as in a
    variable; only where it names something (an image, a port, a path) it is not."""
    if isinstance(node, Scalar):
        for value in node.inserted:
            around.secrets.add(value)
    elif isinstance(node, ListNode):
        for item in node.items:
            _note_secrets(item, around)
    elif isinstance(node, MapNode):
        for entry in node.entries.values():
            _note_secrets(entry.value, around)


def _build(node: Node | None, around: Surroundings) -> Build | None:
    if node is None:
        return None
    parts = node if isinstance(node, MapNode) else MapNode(node.place, {})
    context_node = node if isinstance(node, Scalar) else parts.scalar("context")
    where = context_node.place if context_node else node.place
    shown = CONTEXT.read(context_node) if context_node else "."
    args = build_variables(parts.get("args"), around)
    dockerfile_node, target = parts.scalar("dockerfile"), parts.scalar("target")
    dockerfile = dockerfile_node.text if dockerfile_node else "Dockerfile"
    if "://" in shown or shown.startswith("git@"):
        around.findings.add(
            where,
            "not supported by this version: building from a repository's address",
            "check it out and name the directory",
        )
        return None
    context = _absolute(around.directory, shown)
    if not context.is_dir():
        around.findings.add(where, f"there is no directory '{shown}'", _BESIDE)
    elif not (context / dockerfile).is_file():
        around.findings.add(
            dockerfile_node.place if dockerfile_node else where,
            f"there is no file '{dockerfile}' in '{shown}'",
            "the Dockerfile's path is relative to the context",
        )
    return Build(context, dockerfile, args, target.text if target else None)


_BESIDE = "paths are relative to the Compose file"


def _absolute(directory: Path, written: str) -> Path:
    # Not resolve(): a symbolic link in the path is the user's own choice.
    import os.path

    return Path(os.path.normpath(directory / Path(written).expanduser()))


def _labels(node: Node | None, around: Surroundings) -> tuple[tuple[str, str], ...]:
    labels: dict[str, str] = {}
    places: dict[str, Place] = {}
    if isinstance(node, MapNode):
        for name, entry in node.entries.items():
            if isinstance(entry.value, Scalar) and not name.startswith("x-"):
                labels[name] = "" if entry.value.value is None else entry.value.text
                places[name] = entry.key
    elif isinstance(node, ListNode):
        for item in node.items:
            if isinstance(item, Scalar):
                name, _, value = LABEL_ITEM.read(item).partition("=")
                labels[name] = value
                places[name] = item.place
    for name, place in places.items():
        if name.startswith(RESERVED_LABELS):
            around.findings.add(
                place, f"labels that start with {RESERVED_LABELS} are Longshore's own", "rename it"
            )
    return tuple(labels.items())
