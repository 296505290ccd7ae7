"""A project as it is rehearsed: on the clouds of this machine, and on no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.spec.access import surroundings_of
from orchestrator.spec.model import Project
from providers.contract.registry import settings_of
from providers.contract.types import ProviderSettings


def rehearsed(project: Project, environ: Mapping[str, str]) -> Project:
    """The project with the sandbox's endpoints, as `environ` has them. Whatever it says of
    endpoints, profiles, accounts and networks is for the real cloud, which a rehearsal must
    never reach. Raises LongshoreError (bad input) for a cloud that the sandbox does not have,
    and for servers that are there already: those are real.
    """
    refuse_what_is_real(project)
    names = {place.provider for target in project.targets for place in target.places}
    return replace(
        project,
        providers=tuple(_settings(name, environ) for name in sorted(names)),
        ssh=replace(project.ssh, ssh_from="auto"),
    )


def refuse_what_is_real(project: Project) -> None:
    """Raise LongshoreError (bad input) for servers that are there already."""
    for target in project.targets:
        if target.hosts:
            raise LongshoreError(
                f"target {target.name} is made of servers that are there already, and a "
                "rehearsal reaches nothing that is real",
                advice="rehearse an environment without it, or leave out --sandbox",
                exit_code=ExitCode.BAD_INPUT,
            )


def _settings(name: str, environ: Mapping[str, str]) -> ProviderSettings:
    found = surroundings_of(name, environ)
    if found.endpoint is None and "endpoint" in settings_of(name):
        raise LongshoreError(
            f"the sandbox has no {name}, so a target there cannot be rehearsed",
            advice="rehearse an environment without it, or leave out --sandbox",
            exit_code=ExitCode.BAD_INPUT,
        )
    return found
