"""The Compose file: read, interpolated, checked, and each sound service built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.spec.compose_shape import COMPOSE
from orchestrator.spec.environment import Surroundings
from orchestrator.spec.files import read_text
from orchestrator.spec.interpolate import interpolate
from orchestrator.spec.parse import parse
from orchestrator.spec.services import BuiltService, build_service
from orchestrator.spec.shape import check
from orchestrator.spec.tree import MapNode, Place


@dataclass(frozen=True)
class Compose:
    """`names` holds every service that is written; `built` those that are right."""

    file: Path
    names: tuple[str, ...]
    built: tuple[BuiltService, ...]
    volumes: tuple[str, ...]


def read_compose(file: Path, named_at: Place, around: Surroundings) -> Compose:
    """Reads the file and the env_files it names; every mistake goes to the findings."""
    nothing = Compose(file, (), (), ())
    findings = around.findings
    text = read_text(file, file.name, named_at, findings, "name the Compose file under 'compose'")
    root = None if text is None else parse(text, file, findings)
    if root is None:
        return nothing
    root = interpolate(root, around.variables, findings)
    check(root, COMPOSE, findings)
    if not isinstance(root, MapNode):
        return nothing
    services = root.map("services")
    if services is None:
        return nothing
    if not services.entries:
        findings.add(services.place, "there is no service", "add one")
    names = tuple(name for name in services.entries if not name.startswith("x-"))
    built = []
    for name in names:
        entry = services.entries[name]
        if isinstance(entry.value, MapNode):
            built.append(build_service(name, entry.key, entry.value, around))
    volumes = root.map("volumes")
    declared = tuple(n for n in volumes.entries if not n.startswith("x-")) if volumes else ()
    return Compose(file, names, tuple(built), declared)
