"""The security group of one target, with exactly the wanted ingress, and what goes with it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.ingress import Grant, compare, grants, permissions
from providers.aws.keypair import ensure_key_pair
from providers.aws.subnets import Subnets, find_subnets
from providers.aws.tags import check_owner, from_aws, specification, where
from providers.contract.classify import AlreadyDone
from providers.contract.errors import TransientError
from providers.contract.types import TAG_TARGET, Network, NetworkRequest, PortRule


@dataclass(frozen=True)
class SecurityGroup:
    """A group as it stands. `born` is set when we have just made it (time.monotonic())."""

    id: str
    ingress: tuple[Grant, ...]
    born: float | None = None


def ensure_network(calls: Calls, request: NetworkRequest) -> Network:
    """Converge on key pair and security group; three reads and no change when all stands.

    Safe to call twice. Raises ForeignResourceError for a group or pair of our name that
    does not carry the owner's tags.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        key = pool.submit(ensure_key_pair, calls, request.owner, request.public_key)
        subnets = find_subnets(calls, request.subnet)
        group = _ensure_group(calls, request, subnets)
        _converge(calls, group, request)
        return Network(key=key.result(), firewall=group.id, subnets=subnets.by_zone)


def group_name(request: NetworkRequest) -> str:
    """`longshore-<project>-<environment>-<target>`."""
    return f"{request.owner.prefix}-{request.target}"


def _ensure_group(calls: Calls, request: NetworkRequest, subnets: Subnets) -> SecurityGroup:
    found = _find_group(calls, request, subnets)
    if found is not None:
        return found
    name = group_name(request)
    tags = {**request.owner.tags, TAG_TARGET: request.target, "Name": name}
    try:
        made = calls.repeatable(
            "CreateSecurityGroup",
            "create",
            lambda: calls.clients.ec2.create_security_group(
                GroupName=name,
                Description=f"Longshore: ingress to {request.target} of {request.owner.project}",
                VpcId=subnets.vpc,
                TagSpecifications=[specification("security-group", tags)],
            ),
        )
    except AlreadyDone as duplicate:
        # Someone was faster, or our own first answer was lost: adopt it if it is ours.
        found = _find_group(calls, request, subnets)
        if found is None:
            raise TransientError(
                f"security group {name} exists and does not show yet",
                provider=PROVIDER,
                operation="CreateSecurityGroup",
                code=duplicate.code,
                advice="run again",
            ) from duplicate
        return found
    return SecurityGroup(id=made["GroupId"], ingress=(), born=time.monotonic())


def _find_group(calls: Calls, request: NetworkRequest, subnets: Subnets) -> SecurityGroup | None:
    name = group_name(request)
    found = calls.read(
        "DescribeSecurityGroups",
        lambda: calls.clients.ec2.describe_security_groups(
            Filters=[where("group-name", name), where("vpc-id", subnets.vpc)]
        ),
    )
    for group in found.get("SecurityGroups", []):
        tags = from_aws(group.get("Tags", []))
        check_owner(f"security group {name}", tags, request.owner, "DescribeSecurityGroups")
        return SecurityGroup(group["GroupId"], grants(group.get("IpPermissions", [])))
    return None


def _converge(calls: Calls, group: SecurityGroup, request: NetworkRequest) -> None:
    """Let in what is missing before shutting out what is surplus: no gap in between."""
    change = compare(request.rules, group.ingress)
    if change.authorize:
        try:
            _authorize(calls, group, change.authorize)
        except AlreadyDone:
            # EC2 refuses the whole call when one rule stands already: now rule by rule.
            for rule in change.authorize:
                with suppress(AlreadyDone):
                    _authorize(calls, group, (rule,))
    if change.describe:
        described = permissions(change.describe)
        calls.repeatable(
            "UpdateSecurityGroupRuleDescriptionsIngress",
            "create",
            lambda: calls.clients.ec2.update_security_group_rule_descriptions_ingress(
                GroupId=group.id, IpPermissions=described
            ),
        )
    if change.revoke:
        surplus = [grant.permission for grant in change.revoke]
        with suppress(AlreadyDone):
            calls.repeatable(
                "RevokeSecurityGroupIngress",
                "delete",
                lambda: calls.clients.ec2.revoke_security_group_ingress(
                    GroupId=group.id, IpPermissions=surplus
                ),
            )


def _authorize(calls: Calls, group: SecurityGroup, rules: tuple[PortRule, ...]) -> None:
    wanted = permissions(rules)
    calls.repeatable(
        "AuthorizeSecurityGroupIngress",
        "create",
        lambda: calls.clients.ec2.authorize_security_group_ingress(
            GroupId=group.id, IpPermissions=wanted
        ),
        born=group.born,
    )
