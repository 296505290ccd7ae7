"""Which servers could take a machine, and which systems they run."""

from __future__ import annotations

from collections.abc import Sequence

from providers.contract.errors import InvalidRequestError, TransientError
from providers.contract.types import Arch, Image, Offer, Requirement, Server
from providers.servers.access import PROVIDER, Access
from providers.servers.reading import Seen, read_servers
from providers.servers.scripts import READ


def find_offers(
    access: Access, region: str, requirement: Requirement, zone: str | None
) -> tuple[Offer, ...]:
    """The servers that meet the requirement and are not known to carry a claim of ours, by
    size, the smallest first; each server is a zone of its own.

    One that does not answer is left out. Raises InvalidRequestError for a size or a server
    that there is not, and for a market: nobody sells these.
    """
    if requirement.market != "on-demand":
        raise _refusal(f"servers have no market {requirement.market!r}", "remove `market`")
    servers = (access.named(zone, READ),) if zone is not None else access.servers
    found = _there(access, servers)
    types = sorted({seen.type for seen in found})
    if requirement.type is not None and requirement.type not in types:
        raise _refusal(
            f"no server is {requirement.type!r}", f"there is: {', '.join(types) or 'none'}"
        )
    fitting = [seen for seen in found if not seen.server.remembered and _fits(seen, requirement)]
    groups: dict[tuple[int, int, str], list[Seen]] = {}
    for seen in sorted(fitting, key=lambda seen: (seen.cpus, seen.memory)):
        groups.setdefault((seen.cpus, seen.memory, seen.type), []).append(seen)
    return tuple(
        Offer(
            provider=PROVIDER,
            region=region,
            zones=tuple(seen.server.name for seen in group),
            type=type,
            cpu=cpus,
            memory=memory,
            arch=requirement.arch,
            market="on-demand",
        )
        for (cpus, memory, type), group in groups.items()
    )


def resolve_image(access: Access, os: str, arch: Arch) -> Image:
    """What a server runs already, which is all that can be had. Raises InvalidRequestError
    when no server that answers runs it. No new machine is made of it, so how one would boot
    says nothing."""
    found = _there(access, access.servers)
    if not any((seen.os, seen.arch) == (os, arch) for seen in found):
        there = sorted({f"{seen.os} {seen.arch}" for seen in found})
        raise _refusal(
            f"no server runs {os} on {arch}", f"there is: {', '.join(there) or 'none that answers'}"
        )
    return Image(id=os, os=os, arch=arch, boot="startup-script", root_device="")


def _there(access: Access, servers: Sequence[Server]) -> list[Seen]:
    """The servers that answer. Raises what is wrong with one that does, such as AuthError."""
    found: list[Seen] = []
    for seen in read_servers(access, servers):
        if isinstance(seen, Seen):
            found.append(seen)
        elif not isinstance(seen, TransientError):
            raise seen
    return found


def _fits(seen: Seen, requirement: Requirement) -> bool:
    return (
        seen.arch == requirement.arch
        and requirement.type in (None, seen.type)
        and seen.cpus >= (requirement.cpu or 0)
        and seen.memory >= (requirement.memory or 0)
    )


def _refusal(message: str, advice: str) -> InvalidRequestError:
    return InvalidRequestError(message, provider=PROVIDER, operation=READ, advice=advice)
