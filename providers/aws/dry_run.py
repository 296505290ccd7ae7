"""Whether each call would be allowed, asked of EC2's own dry run: nothing is made or removed.

EC2 answers DryRunOperation to a call that would be allowed and UnauthorizedOperation to one
that would not (API reference, parameter DryRun). What changes or removes something is tried on
a resource that Longshore made, where the region has one. Else it is tried on an id of nothing,
and a refusal then says less: a policy that asks for Longshore's tags refuses that too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from providers.aws.calls import Calls
from providers.aws.permissions import PERMISSIONS
from providers.aws.samples import NOTHING, Kind, find_samples
from providers.aws.tags import specification
from providers.contract.classify import AlreadyDone
from providers.contract.errors import AuthError, CloudError
from providers.contract.types import Finding, Owner, Verdict

if TYPE_CHECKING:
    from types_boto3_ec2.literals import ResourceTypeType
    from types_boto3_ec2.type_defs import RunInstancesRequestTypeDef

Parameters = Mapping[str, object]

SIDE_BY_SIDE = 8
NAME = "longshore-dry-run"
PROBE = Owner(NAME, NAME)
"""Whose tags a dry run carries: a policy may ask for the keys, not for these values."""
PUBLIC_KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
REFUSED = "UnauthorizedOperation"

GATE = "DescribeSubnets"
"""A read, tried first: where its dry run is not understood, no other is sent, since a change
might then really happen."""

READS = (
    "DescribeAddresses",
    "DescribeImages",
    "DescribeInstanceTypeOfferings",
    "DescribeInstanceTypes",
    "DescribeInstances",
    "DescribeKeyPairs",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeVolumes",
)

_RULE = {
    "IpProtocol": "tcp",
    "FromPort": 22,
    "ToPort": 22,
    "IpRanges": [{"CidrIp": "192.0.2.1/32"}],
}
_TAGS = [{"Key": "longshore-probe", "Value": ""}]


def _ingress(group: str) -> Parameters:
    return {"GroupId": group, "IpPermissions": [_RULE]}


CHANGES: Mapping[str, tuple[Kind, Callable[[str], Parameters]]] = {
    "AuthorizeSecurityGroupIngress": ("group", _ingress),
    "RevokeSecurityGroupIngress": ("group", _ingress),
    "UpdateSecurityGroupRuleDescriptionsIngress": ("group", _ingress),
    "DeleteSecurityGroup": ("group", lambda id: {"GroupId": id}),
    "CreateTags": ("instance", lambda id: {"Resources": [id], "Tags": _TAGS}),
    "DeleteTags": ("instance", lambda id: {"Resources": [id], "Tags": _TAGS}),
    "GetConsoleOutput": ("instance", lambda id: {"InstanceId": id}),
    "StartInstances": ("instance", lambda id: {"InstanceIds": [id]}),
    "TerminateInstances": ("instance", lambda id: {"InstanceIds": [id]}),
    "DeleteVolume": ("volume", lambda id: {"VolumeId": id}),
    "DeleteNetworkInterface": ("interface", lambda id: {"NetworkInterfaceId": id}),
    "DeleteKeyPair": ("key", lambda id: {"KeyPairId": id}),
    "ReleaseAddress": ("address", lambda id: {"AllocationId": id}),
}
"""Operation to the kind of thing it is done to, and its parameters for one."""


@dataclass(frozen=True)
class Launch:
    """What RunInstances and CreateSecurityGroup are tried with, as far as that is known."""

    run: RunInstancesRequestTypeDef | None
    vpc: str | None


@dataclass(frozen=True)
class Trial:
    """One call to try. `ours`: what it changes is there and is Longshore's, or is new."""

    operation: str
    parameters: Parameters
    ours: bool = True


def try_every_call(calls: Calls, launch: Launch) -> tuple[Finding, ...]:
    """A finding for each EC2 call of the adapter, by name. Raises no CloudError."""
    gate = _try(calls, Trial(GATE, {}))
    if gate.verdict == "unknown":
        return (gate,)
    samples = find_samples(calls)
    trials = [
        *(Trial(operation, {}) for operation in READS),
        *_creations(launch),
        *(
            Trial(operation, parameters(samples.get(kind, NOTHING[kind])), kind in samples)
            for operation, (kind, parameters) in CHANGES.items()
        ),
    ]
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        found = [gate, *pool.map(lambda trial: _try(calls, trial), trials)]
    if launch.run is None:
        found.append(
            _finding(
                "RunInstances",
                "unknown",
                "not tried: it needs an image, a size and a subnet",
                "see the other findings of this place first",
            )
        )
    return tuple(sorted(found, key=lambda finding: finding.subject))


def _creations(launch: Launch) -> list[Trial]:
    group: dict[str, object] = {
        "GroupName": NAME,
        "Description": "Longshore asks whether it may",
        "TagSpecifications": _tagged("security-group"),
    }
    if launch.vpc is not None:
        group["VpcId"] = launch.vpc
    key = {
        "KeyName": NAME,
        "PublicKeyMaterial": PUBLIC_KEY,
        "TagSpecifications": _tagged("key-pair"),
    }
    trials = [Trial("CreateSecurityGroup", group), Trial("ImportKeyPair", key)]
    if launch.run is not None:
        trials.append(Trial("RunInstances", cast("Parameters", launch.run)))
    return trials


def _tagged(kind: ResourceTypeType) -> list[object]:
    return [specification(kind, PROBE.tags)]


def _try(calls: Calls, trial: Trial) -> Finding:
    operation = trial.operation
    grant = f"grant {' and '.join(PERMISSIONS[operation])}: docs/permissions.md has the policy"
    try:
        calls.read(operation, lambda: _send(calls, trial))
    except AlreadyDone:
        return _finding(operation, "ok", "allowed")
    except AuthError as error:
        if error.code != REFUSED:
            return _finding(operation, "failed", error.message, error.advice)
        if trial.ours:
            return _finding(operation, "failed", "not allowed", grant)
        return _finding(
            operation,
            "warning",
            "refused for an id of nothing, as a policy that asks for Longshore's tags does too",
            f"if your policy does not name it, {grant}",
        )
    except CloudError as error:
        why = f"the dry run ended in {error.code or type(error).__name__}: {error.message}"
        return _finding(operation, "unknown", why, grant)
    return _finding(operation, "unknown", "the endpoint takes no notice of dry runs", grant)


def _send(calls: Calls, trial: Trial) -> object:
    from botocore import xform_name

    method = getattr(calls.clients.ec2, xform_name(trial.operation))
    return cast("Callable[..., object]", method)(DryRun=True, **trial.parameters)


def _finding(operation: str, verdict: Verdict, message: str, advice: str = "") -> Finding:
    return Finding("permission", f"ec2:{operation}", verdict, message, advice)
