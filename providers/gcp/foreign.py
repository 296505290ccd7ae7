"""What is in the region and not the owner's: seen, never touched."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from providers.contract.ownership import is_owned
from providers.contract.resources import machine_resource
from providers.contract.types import TAG_TARGET, Owner, Resource
from providers.gcp.calls import Calls
from providers.gcp.errors import PROVIDER
from providers.gcp.firewall import is_ours, read_rules
from providers.gcp.ingress import FirewallRule, let_in
from providers.gcp.instances import to_machine
from providers.gcp.listing import Survey, as_disks


def find_foreign(calls: Calls, owner: Owner) -> Sequence[Resource]:
    """Machines and disks of the region, and the project's firewall rules (they are in no
    region), without the owner's labels. Three lists side by side."""
    survey = Survey(calls)
    with ThreadPoolExecutor(max_workers=2) as pool:
        disks = pool.submit(survey.disks, "")
        rules = pool.submit(read_rules, calls)
        instances = survey.instances("")
        machines = [machine_resource(to_machine(item, calls.region)) for item in instances]
        found = [*machines, *as_disks(disks.result(), instances, calls.region)]
        others = [rule for rule in rules.result() if not is_ours(rule, owner)]
    return tuple(
        [one for one in found if not is_owned(one.tags, owner)]
        + [_firewall(rule, calls.region) for rule in others]
    )


def _firewall(rule: FirewallRule, region: str) -> Resource:
    return Resource(
        kind="firewall",
        id=rule.name,
        name=rule.name,
        provider=PROVIDER,
        region=region,
        target=rule.tags.get(TAG_TARGET),
        tags=dict(rule.tags),
        rules=let_in([rule]),
    )
