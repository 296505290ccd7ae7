"""The IAM actions that each call needs. Data only; docs/permissions.md is held against it.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon
EC2". An EC2 call needs the action of its own name; one that tags what it makes needs
`ec2:CreateTags` as well.
"""

from __future__ import annotations

from collections.abc import Mapping

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "AuthorizeSecurityGroupIngress": ("ec2:AuthorizeSecurityGroupIngress",),
    "CreateSecurityGroup": ("ec2:CreateSecurityGroup", "ec2:CreateTags"),
    "CreateTags": ("ec2:CreateTags",),
    "DeleteKeyPair": ("ec2:DeleteKeyPair",),
    "DeleteNetworkInterface": ("ec2:DeleteNetworkInterface",),
    "DeleteSecurityGroup": ("ec2:DeleteSecurityGroup",),
    "DeleteTags": ("ec2:DeleteTags",),
    "DeleteVolume": ("ec2:DeleteVolume",),
    "DescribeAddresses": ("ec2:DescribeAddresses",),
    "DescribeImages": ("ec2:DescribeImages",),
    "DescribeInstanceTypeOfferings": ("ec2:DescribeInstanceTypeOfferings",),
    "DescribeInstanceTypes": ("ec2:DescribeInstanceTypes",),
    "DescribeInstances": ("ec2:DescribeInstances",),
    "DescribeKeyPairs": ("ec2:DescribeKeyPairs",),
    "DescribeNetworkInterfaces": ("ec2:DescribeNetworkInterfaces",),
    "DescribeSecurityGroups": ("ec2:DescribeSecurityGroups",),
    "DescribeSubnets": ("ec2:DescribeSubnets",),
    "DescribeVolumes": ("ec2:DescribeVolumes",),
    "GetCallerIdentity": (),
    "GetConsoleOutput": ("ec2:GetConsoleOutput",),
    "GetParameter": ("ssm:GetParameter",),
    "GetServiceQuota": ("servicequotas:GetServiceQuota",),
    "ImportKeyPair": ("ec2:ImportKeyPair", "ec2:CreateTags"),
    "ReleaseAddress": ("ec2:ReleaseAddress",),
    "RevokeSecurityGroupIngress": ("ec2:RevokeSecurityGroupIngress",),
    "RunInstances": ("ec2:RunInstances", "ec2:CreateTags"),
    "StartInstances": ("ec2:StartInstances",),
    "TerminateInstances": ("ec2:TerminateInstances",),
    "UpdateSecurityGroupRuleDescriptionsIngress": (
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ),
}
"""Operation to actions. Nobody can be denied GetCallerIdentity (STS API reference)."""
