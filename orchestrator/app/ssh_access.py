"""SSH in CI: open while a job deploys, closed when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.app.session import Session
from orchestrator.machines.keys import authorized_key
from orchestrator.planning.rules import deployer_name, without_lease
from orchestrator.reporting.events import Notice
from orchestrator.spec.model import Target
from providers.contract.types import NetworkRequest

CI_VARIABLE = "CI"
"""Set by GitHub, GitLab and most others."""


@contextmanager
def ssh_closed_after(session: Session) -> Iterator[None]:
    """In CI, where every runner comes from another address, take this deployer's own SSH
    rule away at the end, also after a failure. Elsewhere the rule stays until its lease
    ends; a killed job's goes with its lease, or with the next job's.

    Raises CloudError when it cannot be taken away.
    """
    try:
        yield
    finally:
        if os.environ.get(CI_VARIABLE, "").lower() not in ("", "0", "false"):
            for target in session.project.targets:
                _close(session, target)


def _close(session: Session, target: Target) -> None:
    """No operation of the plan: it happens whether the plan succeeded or not."""
    provider = session.providers.get(target.provider, target.region)
    for resource in provider.listing(session.owner).resources:
        if resource.kind != "firewall" or resource.target != target.name:
            continue
        rules = without_lease(resource.rules, deployer_name())
        if len(rules) == len(resource.rules):
            continue
        request = NetworkRequest(
            owner=session.owner,
            target=target.name,
            subnet=target.subnet,
            public_key=authorized_key(session.login),
            rules=rules,
        )
        provider.ensure_network(request)
        session.sink.emit(Notice(f"SSH to the machines of {target.name} is closed again"))
