"""EC2: what both of its emulators (moto in this process, the sandbox) have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import botocore.session

from providers.aws import create
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    InvalidRequestError,
    QuotaError,
    UnknownCloudError,
)
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import ProviderSettings, Resource
from tests.contract.emulators import Refusal, Verb

REGION = "us-east-1"
SYSTEMS = ("debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "amazon-linux-2023")


class Ec2:
    """Names and refusals of EC2, and the means to act beside the adapter."""

    name = "aws"
    region = REGION
    small_type = "t3.small"
    verbs: ClassVar[Mapping[Verb, str]] = {
        "create machine": "RunInstances",
        "create firewall": "CreateSecurityGroup",
        "create key": "ImportKeyPair",
        "read machines": "DescribeInstances",
        "remove machine": "TerminateInstances",
        "remove firewall": "DeleteSecurityGroup",
    }
    refusals: ClassVar[Mapping[type[CloudError], Refusal]] = {
        CapacityError: Refusal("InsufficientInstanceCapacity", 500, "No capacity here."),
        QuotaError: Refusal("VcpuLimitExceeded", 400, "More vCPU than your limit."),
        AuthError: Refusal("UnauthorizedOperation", 403, "You are not authorized."),
        InvalidRequestError: Refusal("InvalidParameterCombination", 400, "These do not go."),
        UnknownCloudError: Refusal("SomethingQuiteNew", 400, "Words nobody has seen."),
    }
    throttled = Refusal("RequestLimitExceeded", 503, "Request limit exceeded.")
    broken = Refusal("InternalError", 500, "An internal error has occurred.")
    in_use = Refusal("DependencyViolation", 400, "resource has a dependent object")
    images = tuple((system, arch) for system in SYSTEMS for arch in ("x86_64", "arm64"))

    def __init__(self, endpoint: str) -> None:
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
