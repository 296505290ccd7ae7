"""The firewall rules of one target, exactly the wanted ones, and the subnet they count in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from providers.contract.classify import AlreadyDone
from providers.contract.errors import TransientError
from providers.contract.public_key import public_key_blob
from providers.contract.types import Network, NetworkRequest, Owner
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.errors import PROVIDER, invalid
from providers.gcp.firewall import (
    ATTEMPTS,
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
from providers.gcp.looking import ONCE
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
        asked = pool.submit(read_rules, calls)
        subnet = find_subnet(calls, request.subnet)
        found = asked.result()
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
    rules = _Rules(calls, request.owner, limit)
    side_by_side(
        [
            partial(rules.make, rule)
            if rule.name not in have
            else partial(rules.change, have[rule.name], rule)
            for rule in want
            if rule != have.get(rule.name)
        ]
    )
    names = {rule.name for rule in want}
    surplus = [
        rule for rule in have.values() if rule.name not in names and is_ours(rule, request.owner)
    ]
    side_by_side([partial(rules.remove, rule.name) for rule in surplus])
    return Network(key=key, firewall=tag, subnets=subnet.by_zone)


def public_key_line(text: str) -> str:
    """The one line of a public key, as `ssh-keys` in the metadata takes it. Raises
    InvalidRequestError for what is not an OpenSSH public key."""
    line = text.strip()
    public_key_blob(line, provider=PROVIDER, operation=INSERT)
    if "\n" in line:
        raise invalid("there is more than one line in the SSH key", INSERT, "check `ssh.key`")
    return line


@dataclass(frozen=True)
class _Rules:
    """The changes to one target's firewall rules."""

    calls: Calls
    owner: Owner
    limit: Deadline

    def make(self, rule: FirewallRule) -> None:
        """Insert it; where somebody was faster, or our own first answer was lost, make the one
        that stands like it. One that does not show may still fail: it is inserted again then."""

        def attempt() -> None:
            try:
                insert_rule(self.calls, rule, self.limit)
            except AlreadyDone as exists:
                self._take_over(rule, exists)

        policy = self.limit.policy(attempts=ATTEMPTS)
        self.calls.retrying("firewalls.insert", attempt, policy=policy)

    def _take_over(self, rule: FirewallRule, exists: AlreadyDone) -> None:
        rules = read_rules(self.calls, policy=ONCE)
        found = next((one for one in rules if one.name == rule.name), None)
        if found is None:
            raise TransientError(
                f"firewall rule {rule.name} is said to exist and does not show",
                provider=PROVIDER,
                operation="firewalls.insert",
                code=exists.code,
            ) from exists
        check_owner(f"firewall rule {rule.name}", found.tags, self.owner, LIST)
        if found != rule:
            self.change(found, rule)

    def change(self, found: FirewallRule, rule: FirewallRule) -> None:
        """Make the one that stands like `rule`."""
        if found.plain and found.action == rule.action:
            patch_rule(self.calls, rule, self.limit)
            return
        # What a patch cannot take away: another action or direction, or sources of another kind.
        self.remove(rule.name)
        self.make(rule)

    def remove(self, name: str) -> None:
        """Remove it; one that is gone is fine."""
        with suppress(AlreadyDone):
            delete_rule(self.calls, name, self.limit)
