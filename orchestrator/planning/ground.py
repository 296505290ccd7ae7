"""What has to stand in a place for a target's machines there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.planning.between import Neighbourhood, openings_of
from orchestrator.planning.desired import Desired
from orchestrator.planning.rules import difference, wanted_rules
from orchestrator.planning.survey import Survey
from orchestrator.reporting.events import Action
from orchestrator.spec.model import Target
from providers.contract.types import Place, PortRule, Resource


def check_abilities(target: Target, survey: Survey) -> None:
    """Raise LongshoreError (bad input), before anything is made, for what one of the target's
    providers does not have at all."""
    for place in target.places:
        able = survey.able(place)
        if target.market not in able.markets:
            asked, there = f"{target.market} machines", " or ".join(able.markets)
            advice = f"write `market: {there}`"
        elif target.arch not in able.arches:
            asked, there = f"{target.arch} machines", " or ".join(able.arches)
            advice = f"write `arch: {there}`"
        else:
            continue
        raise LongshoreError(
            f"target {target.name} asks for {asked}, and {place.provider} has only {there} ones",
            advice=f"{advice}, or name another provider",
            exit_code=ExitCode.BAD_INPUT,
        )


def ways_of(
    target: Target,
    desired: Desired,
    survey: Survey,
    today: date,
    neighbours: Neighbourhood | None = None,
) -> tuple[PrepareTarget, ...]:
    """Each of the target's places with what has to stand there, in the order to try them.
    `neighbours`: the environment's machines, where they are to reach each other."""
    return tuple(_way(target, place, desired, survey, today, neighbours) for place in target.places)


def as_needed(way: PrepareTarget, *, for_machines: bool, lived_in: bool) -> PrepareTarget | None:
    """The way as an operation of a plan: where machines are to be made, and where there are
    some and something is missing or different; None where there is nothing to do."""
    if for_machines or (lived_in and way.changes_something):
        return replace(way, for_machines=for_machines)
    return None


def _way(
    target: Target,
    place: Place,
    desired: Desired,
    survey: Survey,
    today: date,
    neighbours: Neighbourhood | None,
) -> PrepareTarget:
    able = survey.able(place)
    firewall = _firewall(target, place, survey)
    standing = firewall.rules if firewall else ()
    services = desired.project.services_on(target.name)
    rules = wanted_rules(
        services,
        desired.deployer,
        standing,
        today,
        closed=desired.project.between or (),
        peers=_peers(target, place, desired, survey, neighbours),
    )
    words = difference(standing, rules) if able.firewall else ""
    action: Action = "create" if firewall is None else "update" if words else "none"
    key = any(r.kind == "key" and r.place == place for r in survey.resources)
    return PrepareTarget(
        target=target,
        place=place,
        rules=rules if able.firewall else (),
        public_key=desired.public_key,
        action=action if able.firewall else "none",
        key_missing=able.key_pairs and not key,
        for_machines=True,
        difference=words,
    )


def _peers(
    target: Target,
    place: Place,
    desired: Desired,
    survey: Survey,
    neighbours: Neighbourhood | None,
) -> Sequence[PortRule] | None:
    """The rules that let the environment's machines in. A firewall that is in no region has
    to serve the machines of all the target's regions."""
    if neighbours is None:
        return ()
    here = _firewall(target, place, survey)
    others = [_firewall(target, other, survey) for other in target.places if other != place]
    sharing = [other for other in others if here and other and other.identity == here.identity]
    openings = openings_of(desired.project, target.name)
    return neighbours.peers(openings, place, *(other.place for other in sharing))


def _firewall(target: Target, place: Place, survey: Survey) -> Resource | None:
    for resource in survey.resources:
        if (resource.kind, resource.target, resource.place) == ("firewall", target.name, place):
            return resource
    return None
