"""Everything of ours on the servers, and what is there of others."""

from __future__ import annotations

from collections.abc import Iterator

from providers.contract.errors import CloudError, TransientError
from providers.contract.ownership import is_owned
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    CloudMachine,
    Listing,
    Owner,
    Resource,
    Server,
)
from providers.servers.access import PROVIDER, Access
from providers.servers.claims import SUFFIX, Claim
from providers.servers.reading import Seen, read_servers, silent


def list_all(access: Access, region: str, owner: Owner) -> Listing:
    """The servers that carry the owner's claim.

    One that does not answer and is remembered as ours is `unreachable`; of one that never
    was ours nobody can say, which is a DeadlineError. A server that is known by two
    addresses is listed once, under the first. Raises AuthError where a server lets nobody
    in or shows another host key.
    """
    machines: dict[str, CloudMachine] = {}
    for server, seen in zip(access.servers, read_servers(access, access.servers), strict=True):
        machine = _machine(server, seen, region, owner)
        if machine is not None:
            # A claim that was handed over by its tags may have no token.
            what = machine.token or machine.id
            known = machines.get(what)
            if known is None or known.state == "unreachable":
                machines[what] = machine
    found = tuple(sorted(machines.values(), key=lambda machine: machine.name))
    return Listing(found, tuple(map(to_resource, found)))


def foreign(access: Access, region: str, owner: Owner) -> tuple[Resource, ...]:
    """The claims of others. A server that does not answer is left out."""
    return tuple(
        Resource(
            kind="machine",
            id=f"{seen.server.id}-{claim.file.removesuffix(SUFFIX)}",
            name=claim.tags.get(TAG_MACHINE, seen.server.name),
            provider=PROVIDER,
            region=region,
            target=claim.tags.get(TAG_TARGET),
            tags=claim.tags,
        )
        for seen, claim in _claims(access)
        if not is_owned(claim.tags, owner)
    )


def to_machine(seen: Seen, claim: Claim, region: str) -> CloudMachine:
    """A claimed server as the contract's machine: its zone is the server."""
    server = seen.server
    return CloudMachine(
        id=server.id,
        name=claim.tags.get(TAG_MACHINE, server.name),
        target=claim.tags.get(TAG_TARGET, ""),
        provider=PROVIDER,
        region=region,
        zone=server.name,
        type=seen.type,
        state="running",
        address=server.address,
        private_address=None,
        token=claim.token,
        created=claim.created,
        tags=claim.tags,
    )


def to_resource(machine: CloudMachine) -> Resource:
    """The machine as something that can be destroyed: its claim."""
    return Resource(
        kind="machine",
        id=machine.id,
        name=machine.name,
        provider=PROVIDER,
        region=machine.region,
        target=machine.target,
        tags=machine.tags,
    )


def _claims(access: Access) -> Iterator[tuple[Seen, Claim]]:
    for seen in read_servers(access, access.servers):
        if isinstance(seen, Seen):
            for claim in seen.claims:
                yield seen, claim


def _machine(
    server: Server, seen: Seen | CloudError, region: str, owner: Owner
) -> CloudMachine | None:
    if isinstance(seen, Seen):
        claim = seen.claim_of(owner)
        return to_machine(seen, claim, region) if claim is not None else None
    if not isinstance(seen, TransientError):
        raise seen
    if not is_owned(server.remembered, owner):
        raise silent(server, seen) from seen
    tags = server.remembered
    return CloudMachine(
        id=server.id,
        name=tags.get(TAG_MACHINE, server.name),
        target=tags.get(TAG_TARGET, ""),
        provider=PROVIDER,
        region=region,
        zone=server.name,
        type="",
        state="unreachable",
        address=server.address,
        private_address=None,
        token=tags.get(TAG_TOKEN, ""),
        created="",
        tags=tags,
    )
