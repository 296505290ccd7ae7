"""Firewall rules on the wire: read, made, changed, removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from typing import TYPE_CHECKING, cast

from providers.contract.classify import Phase
from providers.contract.ownership import is_owned
from providers.contract.retry import RetryPolicy
from providers.contract.types import TAG_TARGET, Owner
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.ingress import Action, FirewallRule, Port
from providers.gcp.names import last, network_tag
from providers.gcp.operations import finish
from providers.gcp.pages import PAGE, whole

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

LIST = "firewalls.list"
ATTEMPTS = 8
SIDE_BY_SIDE = 8
"""Changes under way at once: a target has a handful of rules."""


def read_rules(calls: Calls, *, policy: RetryPolicy | None = None) -> list[FirewallRule]:
    """Every firewall rule of the project. A project has some hundreds at most, so they come in
    one page, and are told apart here: descriptions cannot be searched."""
    from google.cloud.compute_v1.types import compute

    def send() -> list[FirewallRule]:
        asked = compute.ListFirewallsRequest(project=calls.project, max_results=PAGE)
        listed = calls.clients.firewalls.list(asked, retry=None, timeout=CALL_SECONDS)
        items: Iterator[compute.Firewall] = whole(listed.pages, LIST)
        return [_read(item) for item in items]

    return calls.repeatable(LIST, "read", send, policy=policy)


def is_ours(rule: FirewallRule, owner: Owner) -> bool:
    """Whether name and description both say so."""
    target = rule.tags.get(TAG_TARGET, "")
    return is_owned(rule.tags, owner) and rule.name.startswith(f"{network_tag(owner, target)}-")


def insert_rule(calls: Calls, rule: FirewallRule, limit: Deadline) -> None:
    """Make one, and see its operation through; not tried again, since what comes of it is to
    be looked at first. Raises AlreadyDone when there is one of that name."""

    def send() -> compute.Operation:
        return calls.clients.firewalls.insert_unary(
            project=calls.project,
            firewall_resource=_write(rule, calls.project),
            retry=None,
            timeout=CALL_SECONDS,
        )

    operation = "firewalls.insert"
    started = calls.once(operation, "create", send)
    finish(calls, started, operation=operation, phase="create", limit=limit)


def patch_rule(calls: Calls, rule: FirewallRule, limit: Deadline) -> None:
    """Make the one of that name like this, in one step: nothing is shut in between."""

    def send() -> compute.Operation:
        return calls.clients.firewalls.patch_unary(
            project=calls.project,
            firewall=rule.name,
            firewall_resource=_write(rule, calls.project),
            retry=None,
            timeout=CALL_SECONDS,
        )

    _change(calls, "firewalls.patch", "create", send, limit)


def delete_rule(calls: Calls, name: str, limit: Deadline) -> None:
    """Remove one. Raises AlreadyDone when it is gone."""

    def send() -> compute.Operation:
        return calls.clients.firewalls.delete_unary(
            project=calls.project, firewall=name, retry=None, timeout=CALL_SECONDS
        )

    _change(calls, "firewalls.delete", "delete", send, limit)


def side_by_side(tasks: Sequence[Callable[[], None]]) -> None:
    """Run changes that do not depend on each other; the first failure is raised when all
    have ended."""
    if len(tasks) == 1:
        tasks[0]()
        return
    if tasks:
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
            running = [pool.submit(task) for task in tasks]
        for one in running:
            one.result()


def _change(
    calls: Calls,
    operation: str,
    phase: Phase,
    send: Callable[[], compute.Operation],
    limit: Deadline,
) -> None:
    """Send, and see its operation through; both again after a failure that passes."""

    def attempt() -> None:
        started = calls.once(operation, phase, send)
        finish(calls, started, operation=operation, phase=phase, limit=limit)

    # What is removed may be in use for a while: that is tried until the deadline.
    policy = limit.policy() if phase == "delete" else limit.policy(attempts=ATTEMPTS)
    calls.retrying(operation, attempt, policy=policy)


def _write(rule: FirewallRule, project: str) -> compute.Firewall:
    from google.cloud.compute_v1.types import compute

    by_protocol: dict[str, list[str]] = {}
    for protocol, port in sorted(rule.ports, key=lambda one: (one[0], int(one[1]))):
        by_protocol.setdefault(protocol, []).append(port)
    made = compute.Firewall(
        name=rule.name,
        description=rule.description,
        network=f"projects/{project}/global/networks/{rule.network}",
        direction="INGRESS",
        priority=rule.priority,
        source_ranges=sorted(rule.sources),
        target_tags=[rule.tag],
        disabled=False,
    )
    for protocol, ports in by_protocol.items():
        if rule.action == "allow":
            made.allowed.append(compute.Allowed(I_p_protocol=protocol, ports=ports))
        else:
            made.denied.append(compute.Denied(I_p_protocol=protocol, ports=ports))
    return made


def _read(item: compute.Firewall) -> FirewallRule:
    tags, words = _described(item.description)
    action: Action = "deny" if item.denied else "allow"
    ports: set[Port] = set()
    for entry in item.denied or item.allowed:
        ports |= {(entry.I_p_protocol, port) for port in entry.ports or [""]}
    return FirewallRule(
        name=item.name,
        network=last(item.network),
        tag=",".join(item.target_tags),
        action=action,
        priority=item.priority,
        sources=frozenset(map(_network, item.source_ranges)),
        ports=frozenset(ports),
        tags=tags,
        words=words,
        plain=item.direction in ("", "INGRESS")
        and not item.source_tags
        and not item.source_service_accounts
        and not item.target_service_accounts
        and not item.destination_ranges,
        enabled=not item.disabled,
    )


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        return text


def _described(text: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Tags and words of a description; none of either when it is not one of ours."""
    try:
        held = json.loads(text) if text.startswith("{") else None
    except ValueError:
        return {}, {}
    if not isinstance(held, dict):
        return {}, {}
    words = held.pop("rules", {})
    tags = {str(key): value for key, value in held.items() if isinstance(value, str)}
    return tags, cast("Mapping[str, str]", words) if isinstance(words, dict) else {}
