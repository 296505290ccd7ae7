"""SSH in CI: open while a job deploys, closed when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.app.session import Session
from orchestrator.errors import LongshoreError
from orchestrator.machines.keys import authorized_key
from orchestrator.operations.providers import Providers
from orchestrator.planning.rules import deployer_name, without_lease
from orchestrator.reporting.events import Notice, Warned
from orchestrator.spec.model import Target
from orchestrator.state.places import Place
from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.types import NetworkRequest, PortRule, Resource

CI_VARIABLE = "CI"
"""Set by GitHub, GitLab and most others."""


@contextmanager
def ssh_closed_after(session: Session) -> Iterator[None]:
    """In CI, where every runner comes from another address, take this deployer's own SSH
    rule away at the end, also after a failure or a stop. Elsewhere the rule stays until its
    lease ends; a killed job's goes with its lease, or with the next job's.

    Every place is tried, and each that fails is a warning. Raises the first failure when
    nothing else went wrong: what the block raised comes first.
    """
    well = False
    try:
        yield
        well = True
    finally:
        if os.environ.get(CI_VARIABLE, "").lower() not in ("", "0", "false"):
            failures = _close_everywhere(session)
            if failures and well:
                raise failures[0]


def _close_everywhere(session: Session) -> list[CloudError | LongshoreError]:
    """No operation of the plan: it happens whether the plan succeeded or not, and a stop
    does not cut it short."""
    providers = session.providers.despite_a_stop()
    failures: list[CloudError | LongshoreError] = []
    for place in sorted({*session.places, *session.store.places.all()}):
        try:
            _close(session, providers, place)
        except (CloudError, LongshoreError) as error:
            failures.append(error)
            session.sink.emit(
                Warned(
                    f"SSH to the machines in {place} may still be open to "
                    f"{deployer_name()}: {error}",
                    "run `longshore up` here again, or take the rule away in the cloud's console",
                )
            )
    return failures


def _close(session: Session, providers: Providers, place: Place) -> None:
    provider = providers.get(*place)
    if not provider.abilities.firewall:
        return  # nothing was opened there
    named = {target.name: target for target in session.project.targets if place in target.places}
    for resource in provider.listing(session.owner).resources:
        if resource.kind != "firewall":
            continue
        rules = without_lease(resource.rules, deployer_name())
        if len(rules) == len(resource.rules):
            continue
        target = named.get(resource.target or "")
        if target is None:
            # Its subnet, and so its place among networks, was known to the project alone.
            session.sink.emit(_still_open(resource))
        else:
            _converge(session, provider, target, rules)


def _converge(
    session: Session, provider: Provider, target: Target, rules: tuple[PortRule, ...]
) -> None:
    provider.ensure_network(
        NetworkRequest(
            owner=session.owner,
            target=target.name,
            subnet=target.subnet,
            public_key=authorized_key(session.login),
            rules=rules,
        )
    )
    session.sink.emit(Notice(f"SSH to the machines of {target.name} is closed again"))


def _still_open(firewall: Resource) -> Warned:
    return Warned(
        f"SSH to the machines of {firewall.target} stays open to {deployer_name()}: the project "
        "no longer has this target",
        "`longshore up` takes its machines and its firewall away",
    )
