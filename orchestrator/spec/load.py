"""The way from two files to a Project: parse, interpolate, check, build, cross-check."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, cast

from orchestrator.spec import project_shape as words
from orchestrator.spec.access import build_providers, build_ssh
from orchestrator.spec.between import BETWEEN, build_between
from orchestrator.spec.compose_file import Compose, read_compose
from orchestrator.spec.dependencies import in_dependency_order
from orchestrator.spec.dotenv import read_env
from orchestrator.spec.environment import Secrets, Surroundings
from orchestrator.spec.environments import choose, interpolate_chosen, section_of
from orchestrator.spec.files import read_text
from orchestrator.spec.interpolate import InterpolationError, Variables, expand
from orchestrator.spec.model import Project, Ssh
from orchestrator.spec.parse import parse
from orchestrator.spec.placement import (
    build_placement,
    build_probes,
    check_dependencies,
    check_ports,
    check_volumes,
)
from orchestrator.spec.problem import SpecError
from orchestrator.spec.services import BuiltService
from orchestrator.spec.shape import check
from orchestrator.spec.sound import sound_map, sound_part
from orchestrator.spec.starter import COMPOSE_NAMES, find_compose
from orchestrator.spec.targets import build_targets, target_names
from orchestrator.spec.tree import Findings, MapNode, Node, Place, Scalar


def load(
    file: Path, *, environment: str | None, environ: Mapping[str, str], services: bool
) -> Project:
    """See `orchestrator.spec.load_project`."""
    findings = Findings()
    file = Path(os.path.abspath(file))  # noqa: PTH100 - absolute and normal, links kept
    root = _parse_project(file, findings)
    if root is None:
        raise SpecError(findings.problems)
    name = choose(root, environment, findings)
    compose_file, compose_place = _compose_file(root, file, environ, findings)
    variables = _variables(root, compose_file, environ, findings)
    root = interpolate_chosen(root, name, variables, findings)
    check(root, words.PROJECT, findings)
    around = Surroundings(compose_file.parent, variables, Secrets(), findings)
    compose = (
        read_compose(compose_file, compose_place, around)
        if services
        else Compose(compose_file, (), (), ())
    )
    section = section_of(root, name, findings) if name else None
    if section is None or name is None:
        raise SpecError(findings.problems)
    if not services:
        section = section.without("placement", "health")
    project = _build(name, file, root, section, compose, environ, around)
    if findings.problems:
        raise SpecError(findings.problems)
    return project


def _parse_project(file: Path, findings: Findings) -> MapNode | None:
    nowhere = Place(file, 0, 0, "")
    text = read_text(file, file.name, nowhere, findings, "'longshore init' writes one")
    if text is None:
        return None
    node = parse(text, file, findings)
    if node is not None and not isinstance(node, MapNode):
        check(node, words.PROJECT, findings)
        return None
    return node


def _compose_file(
    root: MapNode, file: Path, environ: Mapping[str, str], findings: Findings
) -> tuple[Path, Place]:
    """Where the Compose file is. Its path may use the process environment only, because
    `.env` is found beside it."""
    node = root.scalar("compose")
    if node is None:
        found = find_compose(file.parent)
        return found or file.parent / COMPOSE_NAMES[0], Place(file, 0, 0, "compose")
    try:
        written = expand(node.text, Variables(environ)).text
    except InterpolationError:
        written = node.text  # noted when the whole file is interpolated
    return Path(os.path.normpath(file.parent / Path(written).expanduser())), node.place


def _variables(
    root: MapNode, compose_file: Path, environ: Mapping[str, str], findings: Findings
) -> Variables:
    name = root.scalar("name")
    own = {"COMPOSE_PROJECT_NAME": name.text} if name else {}
    dotenv = compose_file.parent / ".env"
    if not dotenv.is_file():
        return Variables(environ, {}, own)
    text = read_text(dotenv, ".env", Place(dotenv, 0, 0, ""), findings)
    if text is None:
        return Variables(environ, {}, own)
    values = read_env(text, dotenv, Variables(environ, {}, own), findings)
    return Variables(environ, values, own)


def _build(
    name: str,
    file: Path,
    root: MapNode,
    section: MapNode,
    compose: Compose,
    environ: Mapping[str, str],
    around: Surroundings,
) -> Project:
    """Everything that can be built, with what is wrong noted; complete when nothing is."""
    findings = around.findings
    targets = build_targets(section, findings)
    placement = build_placement(
        sound_map(section.get("placement"), words.PLACEMENT),
        compose.names,
        target_names(section),
        findings,
    )
    check_ports(compose.built, placement, findings)
    volumes = check_volumes(compose.built, compose.volumes, findings)
    needs = check_dependencies(compose.built, compose.names, placement, findings)
    order = in_dependency_order(needs, findings)
    services = {built.service.name: built for built in compose.built}
    ssh = sound_map(section.get("ssh"), words.SSH)
    project_name = root.scalar("name")
    return Project(
        name=project_name.text if project_name else "",
        environment=name,
        file=file,
        compose_file=compose.file,
        directory=file.parent,
        targets=targets,
        services=tuple(services[service].service for service in order),
        volumes=volumes,
        placement=placement,
        probes=build_probes(
            sound_map(section.get("health"), words.HEALTH), compose.names, services, findings
        ),
        ssh=build_ssh(ssh, file.parent, findings) if ssh else Ssh(),
        providers=build_providers(
            sound_map(section.get("providers"), words.PROVIDERS),
            targets,
            file.parent,
            environ,
            findings,
        ),
        deliver=_deliver(section.get("deliver"), services.values(), findings),
        between=build_between(
            _sound(section.get("between")), compose.built or None, targets, findings
        ),
        secrets=frozenset(around.secrets.values),
    )


def _sound(between: Node | None) -> Node | None:
    return None if between is None else sound_part(between, BETWEEN)


def _deliver(
    node: Node | None, services: Iterable[BuiltService], findings: Findings
) -> Literal["direct", "registry"] | None:
    built = [each.service.name for each in services if each.service.build is not None]
    if isinstance(node, Scalar) and node.text == "registry" and built:
        findings.add(
            node.place,
            f"not supported by this version: '{built[0]}' is built, and no image is pushed yet",
            "leave 'deliver' out: built images are sent directly, others are pulled",
        )
    if isinstance(node, Scalar) and node.text in ("direct", "registry"):
        return cast(Literal["direct", "registry"], node.text)
    return None
