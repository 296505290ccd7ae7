"""Looking into what could stop a deployment to the servers, changing nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator

from providers.contract.errors import CloudError
from providers.contract.types import Finding, Need, Requirement
from providers.servers.access import Access, called
from providers.servers.reading import GIB, Seen, read_servers

SKEW_SECONDS = 60
"""A clock further off than this fails certificates and registries sooner or later."""


def diagnose(access: Access, need: Need) -> tuple[Finding, ...]:
    """One finding for each question about each server, and one for the ports."""
    return tuple(_findings(access, need))


def _findings(access: Access, need: Need) -> Iterator[Finding]:
    answered: list[Seen] = []
    for server, seen in zip(access.servers, read_servers(access, access.servers), strict=True):
        name = called(server)
        if isinstance(seen, CloudError):
            advice = seen.advice or "bring it up, or take it out of `hosts`"
            yield Finding("credentials", name, "failed", seen.message, advice)
            continue
        answered.append(seen)
        yield Finding("credentials", name, "ok", "answers, and there is root for us")
        yield _size(seen, need.requirement, name)
        yield _system(seen, need.os, name)
        yield _clock(seen, name)
    yield _count(answered, need)
    yield Finding(
        "network",
        "ports",
        "unknown",
        "nothing outside of a server guards its ports: Docker publishes them to every network",
        "guard them with a firewall in front of the servers",
    )


def _size(seen: Seen, requirement: Requirement, name: str) -> Finding:
    enough = seen.cpus >= (requirement.cpu or 0) and seen.memory >= (requirement.memory or 0)
    if enough:
        return Finding("size", name, "ok", seen.type)
    wanted = f"{requirement.cpu or 0} vCPU {(requirement.memory or 0) / GIB:g} GiB"
    return Finding("size", name, "warning", f"it has {seen.type} of {wanted}", "use a larger one")


def _system(seen: Seen, os: str, name: str) -> Finding:
    """`os` is empty where a project takes each server as it is."""
    if os in ("", seen.os):
        return Finding("image", name, "ok", f"{seen.os} on {seen.arch}")
    advice = "correct `os`, or leave it out: it is read from the servers"
    return Finding("image", name, "failed", f"it runs {seen.os}, not {os}", advice)


def _clock(seen: Seen, name: str) -> Finding:
    skew = abs(seen.now - time.time())
    if skew <= SKEW_SECONDS:
        return Finding("clock", name, "ok", "the clock is right")
    return Finding("clock", name, "warning", f"the clock is {skew:.0f} s off", "run an NTP client")


def _count(answered: list[Seen], need: Need) -> Finding:
    free = sum(1 for seen in answered if not seen.server.remembered)
    ours = len(answered) - free
    message = f"{free} to claim and {ours} claimed, {need.count} needed"
    if free + ours >= need.count:
        return Finding("quota", "servers", "ok", message)
    return Finding("quota", "servers", "failed", message, "add hosts to the target")
