"""The firewall rules of one target, exactly the wanted ones, and the subnet they count in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from providers.contract.classify import AlreadyDone
from providers.contract.public_key import public_key_blob
from providers.contract.types import Network, NetworkRequest
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.errors import PROVIDER, invalid
from providers.gcp.firewall import (
    LIST,
    delete_rule,
    insert_rule,
    is_ours,
    patch_rule,
    read_rules,
    side_by_side,
)
from providers.gcp.ingress import FirewallRule, wanted
from providers.gcp.labels import check_owner
from providers.gcp.names import network_tag
from providers.gcp.subnets import find_subnet

INSERT = "instances.insert"
"""The call that takes the key: a cloud that has it as metadata takes anything."""

CONVERGE_SECONDS = 180.0
"""For all changes together; one takes some seconds."""


def ensure_network(calls: Calls, request: NetworkRequest) -> Network:
    """Converge on the target's firewall rules; three reads and no change when all stands.

    What is missing is let in before what is surplus is shut out. Safe to call twice. Raises
    ForeignResourceError for a rule of our name that does not carry the owner's tags. There is
    no key pair: the key goes into each machine's metadata.
    """
    key = public_key_line(request.public_key)
    limit = Deadline.after(CONVERGE_SECONDS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        rules = pool.submit(read_rules, calls)
        subnet = find_subnet(calls, request.subnet)
        found = rules.result()
    tag = network_tag(request.owner, request.target)
    # A target whose regions differ, or that has moved, has rules in more than one network, and
    # perhaps machines: the rules are the same in each.
    networks = {subnet.network} | {
        rule.network for rule in found if is_ours(rule, request.owner) and rule.tag == tag
    }
    want = [
        rule
        for network in sorted(networks)
        for rule in wanted(request.owner, request.target, network, request.rules)
    ]
    have = {rule.name: rule for rule in found if rule.name.startswith(f"{tag}-")}
    for rule in have.values():
        check_owner(f"firewall rule {rule.name}", rule.tags, request.owner, LIST)
    side_by_side([*_missing(calls, want, have, limit), *_changed(calls, want, have, limit)])
    names = {rule.name for rule in want}
    surplus = [
        rule for rule in have.values() if rule.name not in names and is_ours(rule, request.owner)
    ]
    side_by_side([partial(_remove, calls, rule.name, limit) for rule in surplus])
    return Network(key=key, firewall=tag, subnets=subnet.by_zone)


def public_key_line(text: str) -> str:
    """The one line of a public key, as `ssh-keys` in the metadata takes it. Raises
    InvalidRequestError for what is not an OpenSSH public key."""
    line = text.strip()
    public_key_blob(line, provider=PROVIDER, operation=INSERT)
    if "\n" in line:
        raise invalid("there is more than one line in the SSH key", INSERT, "check `ssh.key`")
    return line


def _missing(
    calls: Calls, want: Sequence[FirewallRule], have: dict[str, FirewallRule], limit: Deadline
) -> list[Callable[[], None]]:
    return [partial(_make, calls, rule, limit) for rule in want if rule.name not in have]


def _changed(
    calls: Calls, want: Sequence[FirewallRule], have: dict[str, FirewallRule], limit: Deadline
) -> list[Callable[[], None]]:
    return [
        partial(_replace, calls, rule, have[rule.name], limit)
        for rule in want
        if rule.name in have and rule != have[rule.name]
    ]


def _make(calls: Calls, rule: FirewallRule, limit: Deadline) -> None:
    """Insert it; where somebody was faster, or our own first answer was lost, make the one that
    stands like it."""
    try:
        insert_rule(calls, rule, limit)
    except AlreadyDone:
        for found in read_rules(calls):
            if found.name == rule.name and found != rule:
                _replace(calls, rule, found, limit)


def _replace(calls: Calls, rule: FirewallRule, found: FirewallRule, limit: Deadline) -> None:
    if found.plain and found.action == rule.action:
        patch_rule(calls, rule, limit)
        return
    # What a patch cannot take away: another action or direction, or sources of another kind.
    _remove(calls, rule.name, limit)
    insert_rule(calls, rule, limit)


def _remove(calls: Calls, name: str, limit: Deadline) -> None:
    with suppress(AlreadyDone):
        delete_rule(calls, name, limit)
