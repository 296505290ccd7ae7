"""EC2: what its emulators (moto in this process, the sandbox, AWS itself) have in common."""

from __future__ import annotations

from typing import ClassVar

import botocore.session
import pytest

from providers.aws import create
from providers.contract.errors import (
    AuthError,
    CapacityError,
    InvalidRequestError,
    QuotaError,
    UnknownCloudError,
)
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import Abilities, ProviderSettings, Resource
from tests.contract.emulators import Bare, Can, Facts, Refusal

REGION = "us-east-1"
SYSTEMS = ("debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "amazon-linux-2023")

FACTS = Facts(
    name="aws",
    region=REGION,
    small_type="t3.small",
    abilities=Abilities(),
    images=tuple((system, arch) for system in SYSTEMS for arch in ("x86_64", "arm64")),
    stands=("disk", "firewall", "interface", "key", "machine"),
    made_with_machine=("machine", "disk", "interface"),
    network_of=("firewall", "key"),
    create_calls=("RunInstances",),
    move_calls=("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"),
    survey_calls=6,
    verbs={
        "create machine": "RunInstances",
        "create firewall": "CreateSecurityGroup",
        "create key": "ImportKeyPair",
        "read machines": "DescribeInstances",
        "read sizes": "DescribeInstanceTypes",
        "remove machine": "TerminateInstances",
        "remove firewall": "DeleteSecurityGroup",
    },
    refusals={
        CapacityError: (Refusal("InsufficientInstanceCapacity", 500, "No capacity here."),),
        QuotaError: (Refusal("VcpuLimitExceeded", 400, "More vCPU than your limit."),),
        AuthError: (Refusal("UnauthorizedOperation", 403, "You are not authorized."),),
        InvalidRequestError: (Refusal("InvalidParameterValue", 400, "It cannot be so."),),
        UnknownCloudError: (Refusal("SomethingNew", 400, "Never seen before."),),
    },
    throttled=Refusal("RequestLimitExceeded", 503, "Request limit exceeded."),
    broken=Refusal("InternalError", 500, "An internal error has occurred."),
    in_use=Refusal("DependencyViolation", 400, "resource has a dependent object"),
    no_such_subnet="subnet-0123456789abcdef0",
)


class Ec2(Bare):
    """EC2 at an endpoint, or where the SDK finds it, and the means to act beside the adapter."""

    facts: ClassVar[Facts] = FACTS
    can: ClassVar[frozenset[Can]] = frozenset({"outside"})

    def __init__(self, endpoint: str | None) -> None:
        self.endpoint = endpoint
        self.outside = botocore.session.Session().create_client(
            "ec2", region_name=REGION, endpoint_url=endpoint
        )

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider:
        settings = ProviderSettings("aws", endpoint=self.endpoint, echo_url=echo_url)
        return create(settings, REGION, on_retry)

    def disown(self, resource: Resource) -> None:
        names = [{"Key": key} for key in resource.tags]
        self.outside.delete_tags(Resources=[resource.id], Tags=names)

    def hand_back(self, resource: Resource) -> None:
        tags = [{"Key": key, "Value": value} for key, value in resource.tags.items()]
        self.outside.create_tags(Resources=[resource.id], Tags=tags)

    def subnets_of(self, zone: str) -> frozenset[str]:
        answer = self.outside.describe_subnets(
            Filters=[{"Name": "availability-zone", "Values": [zone]}]
        )
        return frozenset(subnet["SubnetId"] for subnet in answer["Subnets"])


def made_up_credentials() -> pytest.MonkeyPatch:
    """The SDK signs with these until the patch is undone; no emulator looks at them."""
    environment = pytest.MonkeyPatch()
    environment.setenv("AWS_ACCESS_KEY_ID", "test")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        environment.delenv(name, raising=False)
    return environment
