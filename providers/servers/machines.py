"""Claiming a server, changing its claim, dropping it."""

from __future__ import annotations

from collections.abc import Mapping

from providers.contract.errors import (
    CapacityError,
    DeadlineError,
    InvalidRequestError,
    TransientError,
)
from providers.contract.ownership import check_owner
from providers.contract.types import (
    TAG_ENVIRONMENT,
    TAG_MACHINE,
    TAG_PROJECT,
    CloudMachine,
    MachineRequest,
    Owner,
    Resource,
    Server,
)
from providers.contract.waiting import Deadline
from providers.servers.access import PROVIDER, Access, called
from providers.servers.claims import Claim, file_of, new_claim, parse_claim
from providers.servers.listing import list_all, to_machine
from providers.servers.reading import Seen, read_server, silent
from providers.servers.scripts import CONSOLE, DROP, PUT, console_script, drop_script, put_script

ROUNDS = 8
"""Tries to change a claim that others change at the same moment."""


def ensure_machine(
    access: Access, region: str, request: MachineRequest, *, deadline: float
) -> CloudMachine:
    """Claim the server that is `request.zone`. Called twice, side by side or after a lost
    answer, there is one claim: the server itself decides who was first.

    Raises CapacityError when the server is claimed by this environment with another token,
    ForeignResourceError when the file is there and is not ours, DeadlineError when the
    server does not answer, or when the time was up once the claim stood.
    """
    limit = Deadline.after(deadline)
    server = access.named(request.zone, PUT)
    seen = _answering(access, server)
    claim = seen.claim_of(request.owner) or _write(access, server, new_claim(request), "", limit)
    check_owner(
        f"the claim {claim.file} on {called(server)}",
        claim.tags,
        request.owner,
        provider=PROVIDER,
        operation=PUT,
    )
    if claim.token != request.token:
        raise CapacityError(
            f"{called(server)} is claimed by this environment already, as "
            f"{claim.tags.get(TAG_MACHINE, 'a machine')}",
            provider=PROVIDER,
            operation=PUT,
            advice="add another host to `hosts`",
        )
    if limit.remaining <= 0:
        raise DeadlineError(
            f"{called(server)} is claimed, and there was no time left to wait for it",
            provider=PROVIDER,
            operation=PUT,
            advice="run the same command again: it goes on from the claim",
        )
    return to_machine(seen, claim, region)


def find_machine(access: Access, region: str, token: str, owner: Owner) -> CloudMachine | None:
    """The owner's server of that token."""
    machines = list_all(access, region, owner).machines
    return next((machine for machine in machines if machine.token == token), None)


def set_tags(access: Access, machine: CloudMachine, change: Mapping[str, str | None]) -> None:
    """Change the tags in a claim; others that change it meanwhile lose nothing. Safe to call
    twice. Raises ForeignResourceError when it is not ours any more, InvalidRequestError when
    it is gone."""
    owner = Owner(machine.tags.get(TAG_PROJECT, ""), machine.tags.get(TAG_ENVIRONMENT, ""))
    server = _known(access, machine.id, PUT)
    claim = _claim_there(access, server, owner)
    for _ in range(ROUNDS):
        if claim is None:
            raise InvalidRequestError(
                f"{called(server)} is not claimed any more", provider=PROVIDER, operation=PUT
            )
        _check(claim, server, owner)
        changed = claim.with_tags(change)
        if changed.tags == claim.tags:
            return
        found = _put(access, server, changed, claim.digest, None)
        if found is changed:
            return
        claim = found
    raise TransientError(
        f"the claim on {called(server)} keeps changing", provider=PROVIDER, operation=PUT
    )


def drop(access: Access, resource: Resource, owner: Owner, *, deadline: float) -> None:
    """Remove the claim of a server, and nothing else; gone already is fine. Raises
    ForeignResourceError, DeadlineError when the server does not answer."""
    limit = Deadline.after(deadline)
    server = _known(access, resource.id, DROP)
    claim = _claim_there(access, server, owner)
    for _ in range(ROUNDS):
        if claim is None:
            return
        _check(claim, server, owner)
        text = access.run(server, DROP, drop_script(claim.file, claim.digest), limit=limit)
        claim = _found(claim.file, text)
    raise TransientError(
        f"the claim on {called(server)} keeps changing", provider=PROVIDER, operation=DROP
    )


def console_output(access: Access, machine: CloudMachine) -> str:
    """The end of the server's own log since it booted. Raises TransientError, AuthError."""
    return access.run(_known(access, machine.id, CONSOLE), CONSOLE, console_script())


def _write(
    access: Access, server: Server, claim: Claim, seen: str, limit: Deadline | None
) -> Claim:
    """Write a claim where there is none. The one that stands then, which may be another's."""
    standing = _put(access, server, claim, seen, limit)
    return standing if standing is not None else claim


def _put(
    access: Access, server: Server, claim: Claim, seen: str, limit: Deadline | None
) -> Claim | None:
    """`claim` itself when it was written, else what stands there: None for nothing."""
    data = claim.text.encode()
    script = put_script(claim.file, seen, len(data))
    text = access.run(server, PUT, script, stdin=data, limit=limit)
    return claim if text.startswith("done") else _found(claim.file, text)


def _found(file: str, text: str) -> Claim | None:
    """The claim in the answer of a change that was not made; None when there is none."""
    word, _, body = text.partition("\n")
    return parse_claim(file, body) if word == "found" and body else None


def _claim_there(access: Access, server: Server, owner: Owner) -> Claim | None:
    """The owner's claim, or what stands in its place."""
    seen = _answering(access, server)
    own = seen.claim_of(owner)
    there = (claim for claim in seen.claims if claim.file == file_of(owner))
    return own or next(there, None)


def _answering(access: Access, server: Server) -> Seen:
    try:
        return read_server(access, server)
    except TransientError as error:
        raise silent(server, error) from error


def _check(claim: Claim, server: Server, owner: Owner) -> None:
    what = f"the claim {claim.file} on {called(server)}"
    check_owner(what, claim.tags, owner, provider=PROVIDER, operation=DROP)


def _known(access: Access, id: str, operation: str) -> Server:
    server = access.by_id(id)
    if server is None:
        raise InvalidRequestError(
            f"there is no server {id}",
            provider=PROVIDER,
            operation=operation,
            advice="add it to `hosts` of its target again, so that it can be reached",
        )
    return server
