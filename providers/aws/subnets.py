"""Where machines go: the default VPC's subnets, or the one that the target names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.tags import where
from providers.contract.errors import InvalidRequestError

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import SubnetTypeDef


@dataclass(frozen=True)
class Subnets:
    """A VPC and, zone by zone, the subnet for machines."""

    vpc: str
    by_zone: dict[str, str]


def find_subnets(calls: Calls, subnet: str | None) -> Subnets:
    """One read. Raises InvalidRequestError when there is no default VPC with subnets, or
    no subnet of that id."""

    def send() -> list[SubnetTypeDef]:
        ec2 = calls.clients.ec2
        pages = ec2.get_paginator("describe_subnets")
        answers = (
            pages.paginate(SubnetIds=[subnet])
            if subnet is not None
            else pages.paginate(Filters=[where("default-for-az", "true")])
        )
        return [item for page in answers for item in page["Subnets"]]

    try:
        found = calls.read("DescribeSubnets", send)
    except InvalidRequestError as error:
        error.advice = error.advice or "check `subnet` in the target"
        raise
    if not found:
        raise InvalidRequestError(
            "the account has no default VPC with subnets in this region",
            provider=PROVIDER,
            operation="DescribeSubnets",
            code="DefaultVpcDoesNotExist",
            advice="make one (`aws ec2 create-default-vpc`) or name a `subnet` in the target",
        )
    by_zone = {item["AvailabilityZone"]: item["SubnetId"] for item in found}
    return Subnets(vpc=found[0]["VpcId"], by_zone=dict(sorted(by_zone.items())))
