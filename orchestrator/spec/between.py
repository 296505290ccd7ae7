"""`between:` of an environment: the ports that its machines reach on each other alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import cast

from orchestrator.spec.model import Opening, Protocol, Target
from orchestrator.spec.ports import MAX_PORT, SSH_PORT
from orchestrator.spec.services import BuiltService
from orchestrator.spec.shape import ListOf, Unfit
from orchestrator.spec.tree import Findings, Node, Scalar
from orchestrator.spec.words import parsed

PATTERN = r"[0-9]{1,5}(?:/(?:tcp|udp))?"
_WRITTEN = re.compile(r"([0-9]{1,5})(?:/(tcp|udp))?")


def _opening(written: str) -> Opening:
    match = _WRITTEN.fullmatch(written)
    if match is None or not 1 <= int(match[1]) <= MAX_PORT:
        raise Unfit("")
    return Opening(int(match[1]), cast(Protocol, match[2] or "tcp"))


OPENING = parsed("a port such as 5432, 5432/tcp or 53/udp", _opening, numbers=True, pattern=PATTERN)
BETWEEN = ListOf(OPENING, "a list of ports; [] for names alone")


def build_between(
    node: Node | None,
    services: Iterable[BuiltService] | None,
    targets: Sequence[Target],
    findings: Findings,
) -> tuple[Opening, ...] | None:
    """The ports as written, once each; None where the key is not there. The node has passed
    BETWEEN. Notes what could not do what it says; `services` None: nobody has read them."""
    if node is None:
        return None
    items = [item for item in getattr(node, "items", ()) if isinstance(item, Scalar)]
    built = list(services) if services is not None else None
    found: list[Opening] = []
    for item in items:
        opening = OPENING.read(item)
        found.append(opening)
        if opening == Opening(SSH_PORT, "tcp"):
            findings.add(item.place, "port 22 is the machine's own SSH", "remove it")
        elif built is not None and not any(_publishes(each, opening) for each in built):
            findings.add(
                item.place,
                f"no service publishes {opening}",
                "publish it under 'ports' of a service, or remove it",
            )
    names = {f"{target.name}-{number}" for target in targets for number in range(1, 101)}
    for each in built or ():
        if each.service.name in names:
            findings.add(
                node.place,
                f"service '{each.service.name}' has the name of a machine",
                "rename the service, or leave out 'between'",
            )
    return tuple(dict.fromkeys(found))


def _publishes(built: BuiltService, opening: Opening) -> bool:
    return any(
        port.public and (port.published, port.protocol) == (opening.port, opening.protocol)
        for port, _ in built.ports
    )
