"""The servers of a target: which machine is which, and whether each will do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.facts import Facts
from orchestrator.machines.families import FAMILY_OF, system_name
from orchestrator.planning.naming import machine_names
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.spec.hosts import SERVERS, Host
from orchestrator.spec.model import Port, Project, Target
from providers.contract.types import Arch

GIB = 1024**3


@dataclass(frozen=True)
class Slot:
    """One server of a target. `view` is None while it is not claimed, `facts` where it could
    not be read."""

    name: str
    host: Host
    view: MachineView | None
    facts: Facts | None


def slots(
    target: Target, project: Project, survey: Survey, facts: Mapping[str, Facts]
) -> Iterator[Slot]:
    """Each host with the name of its machine.

    A claim keeps the name it was made with, wherever its server stands in the list by now;
    a host that has a `name` is called by that. Others get the target's name and the smallest
    number that is free.
    """
    views = claimed(survey)
    named = {host.name for each in project.targets for host in each.hosts if host.name}
    taken = named | {view.name for view in views.values()}
    for host in target.hosts:
        view = views.get(host.id)
        name = host.name or (view.name if view and view.name not in named else "")
        if not name:
            name = _free(target.name, taken)
            taken.add(name)
        yield Slot(name, host, view, facts.get(host.id))


def names_in(target: Target, project: Project, survey: Survey) -> tuple[str, ...]:
    """What the machines of any target are called."""
    if target.hosts:
        return tuple(slot.name for slot in slots(target, project, survey, {}))
    return machine_names(target)


def claimed(survey: Survey) -> dict[str, MachineView]:
    """The servers that carry our claim, by id."""
    return {view.cloud.id: view for view in survey.machines if view.cloud.provider == SERVERS}


def lost(survey: Survey, project: Project) -> tuple[MachineView, ...]:
    """Servers that the project names no more and that cannot be reached: nothing can be taken
    from them now."""
    named = {host.id for target in project.targets for host in target.hosts}
    return tuple(
        view
        for id, view in claimed(survey).items()
        if id not in named and view.cloud.state == "unreachable"
    )


def say_lost(view: MachineView) -> str:
    """Why nothing is done about it."""
    return (
        f"{view.name} ({view.cloud.id}) is no longer in the project and cannot be reached: "
        "what is on it stays until it can"
    )


def without(survey: Survey, views: Iterable[MachineView]) -> Survey:
    """The survey as if these machines were not there."""
    left_out = {view.cloud.id for view in views}
    return replace(survey, machines=tuple(v for v in survey.machines if v.cloud.id not in left_out))


def unguarded(target: Target, ports: Iterable[Port]) -> str:
    """That nothing stands before the ports of its servers; empty when none is published."""
    said = sorted(f"{p.published}/{p.protocol}" for p in ports if p.published and p.public)
    if not said:
        return ""
    return (
        f"nothing guards the ports of {target.name}'s servers: Docker publishes "
        f"{', '.join(dict.fromkeys(said))} to every network that reaches them"
    )


def equipped(project: Project, facts: Mapping[str, Facts]) -> Project:
    """The project with the architecture of its server targets as it was found. Raises
    LongshoreError (bad input), before anything is changed, for a server that will not do."""
    return replace(
        project,
        targets=tuple(
            replace(target, arch=_arch(target, facts)) if target.hosts else target
            for target in project.targets
        ),
    )


def say_facts(facts: Facts) -> str:
    """What a server is, for a person."""
    docker = ", Docker is there" if facts.docker_socket else ""
    return (
        f"{facts.os_name or facts.os_id} {facts.arch}, {facts.cpus} vCPU, "
        f"{facts.memory / GIB:.1f} GiB, {facts.disk_free / GIB:.0f} GiB free{docker}"
    )


def _arch(target: Target, facts: Mapping[str, Facts]) -> Arch:
    found: dict[Arch, str] = {}
    for host in target.hosts:
        if host.id in facts:
            found.setdefault(_checked(host, facts[host.id]), host.label)
    if len(found) > 1:
        said = " and ".join(f"{label} is {arch}" for arch, label in found.items())
        raise _unfit(
            f"{said}, and all servers of target {target.name} run the same images",
            "make a target for each architecture",
        )
    return next(iter(found), target.arch)


def _checked(host: Host, facts: Facts) -> Arch:
    """The architecture of a server that will do."""
    if not facts.os_family:
        raise _unfit(
            f"{host.label} runs {facts.os_name or facts.os_id or 'an unknown system'}, and the "
            "playbook does not know how to install Docker there",
            f"systems it knows: {', '.join(sorted(FAMILY_OF))}",
        )
    if facts.arch not in ("x86_64", "arm64"):
        raise _unfit(
            f"{host.label} is {facts.arch}, and only x86_64 and arm64 are supported",
            "take it out of `hosts`",
        )
    system = system_name(facts.os_id, facts.os_version)
    for key, wanted, there in (("os", host.os, system), ("arch", host.arch, facts.arch)):
        if wanted not in (None, there):
            raise _unfit(
                f"{host.label} is {there}, and `{key}` of its target says {wanted}",
                f"correct `{key}`, or leave it out: it is read from the servers",
            )
    return "arm64" if facts.arch == "arm64" else "x86_64"


def _free(target: str, taken: set[str]) -> str:
    number = 1
    while f"{target}-{number}" in taken:
        number += 1
    return f"{target}-{number}"


def _unfit(message: str, advice: str) -> LongshoreError:
    return LongshoreError(message, advice=advice, exit_code=ExitCode.BAD_INPUT)
