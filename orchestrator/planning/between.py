"""What the machines of an environment need to know and reach each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.neighbours import (
    Neighbour,
    hosts_in,
    neighbour,
    peer_rules,
    say_difference,
    say_hosts,
    say_joined,
)
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.spec.model import Opening, Project, Target
from providers.contract.types import Place, PortRule


@dataclass(frozen=True)
class Names:
    """The names that a machine and its containers are to have for their neighbours. `said` is
    None while one of them is still to be made, `joining`; without `named` there are none."""

    named: tuple[str, ...] = ()
    said: str | None = ""
    joining: tuple[str, ...] = ()

    def difference(self, standing: str) -> str:
        """Why what has `standing` names has to change; empty when it does not."""
        if self.said is None:
            return say_joined(self.joining)
        return "" if self.said == standing else say_difference(standing, self.said)


NOBODY = Names()


@dataclass(frozen=True)
class Neighbourhood:
    """All machines of the environment. `awaited` are those whose address nobody knows yet."""

    named: tuple[str, ...]
    known: tuple[Neighbour, ...]
    awaited: tuple[str, ...]

    def names(self, place: Place | None) -> Names:
        """What a machine in `place` calls the others; None: nobody knows where it will be."""
        if self.awaited or place is None:
            return Names(self.named, None, self.awaited)
        return Names(self.named, say_hosts(hosts_in(place, self.known)))

    def peers(self, openings: tuple[Opening, ...], *places: Place) -> list[PortRule] | None:
        """The rules for a firewall of machines in `places`; None while not all are known."""
        if self.awaited:
            return None
        return [rule for place in places for rule in peer_rules(openings, place, self.known)]


def neighbourhood(
    project: Project, views: Mapping[str, MachineView | None]
) -> Neighbourhood | None:
    """The machines by name, each as it is now or None where it is to be made. None where the
    project does not ask for neighbours. Raises LongshoreError (bad input) for a server that
    is written by a name: there is no address to tell the others."""
    if project.between is None:
        return None
    known: list[Neighbour] = []
    awaited: list[str] = []
    for name, view in views.items():
        if view is None or not view.cloud.address:
            awaited.append(name)
            continue
        _check_address(name, view.cloud.address)
        known.append(neighbour(name, view.cloud))
    return Neighbourhood(tuple(views), tuple(known), tuple(awaited))


def openings_of(project: Project, target: str) -> tuple[Opening, ...]:
    """The ports of `between` that a service on the target publishes."""
    published = {
        (port.published, port.protocol)
        for service in project.services_on(target)
        for port in service.ports
        if port.public
    }
    return tuple(each for each in project.between or () if (each.port, each.protocol) in published)


def check_openings(project: Project, target: Target, survey: Survey) -> None:
    """Raise LongshoreError (bad input) where nothing outside of the machines could keep
    others from the ports."""
    openings = openings_of(project, target.name)
    for place in target.places:
        if openings and not survey.able(place).firewall:
            raise LongshoreError(
                f"`between` cannot hold {', '.join(map(str, openings))} on target {target.name}: "
                f"{place.provider} has no firewall, so everyone who reaches its machines would "
                "reach them",
                advice="place the service on a target with a firewall, or take the port out of "
                "`between`",
                exit_code=ExitCode.BAD_INPUT,
            )


def _check_address(name: str, address: str) -> None:
    try:
        ip_address(address)
    except ValueError as error:
        raise LongshoreError(
            f"`between` needs the address of {name}, and it is written as {address}",
            advice="write its IP address, or leave out `between`",
            exit_code=ExitCode.BAD_INPUT,
        ) from error
