"""What each emulated cloud still lists, asked with the clouds' own SDKs.

Run in a shell that points at the sandbox: `eval "$(longshore sandbox env)"`. Prints one line a
cloud and ends with status 1 when something is left that a deployment had made.
"""

from __future__ import annotations

import os
import sys


def aws() -> dict[str, int]:
    import boto3

    ec2 = boto3.client("ec2")
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running", "shutting-down"]}]
    ours = [{"Name": "tag-key", "Values": ["longshore-project"]}]
    return {
        "instances": len(ec2.describe_instances(Filters=alive)["Reservations"]),
        "volumes": len(ec2.describe_volumes()["Volumes"]),
        "security groups": len(ec2.describe_security_groups(Filters=ours)["SecurityGroups"]),
        "key pairs": len(ec2.describe_key_pairs()["KeyPairs"]),
    }


def gcp() -> dict[str, int]:
    from google.cloud import compute_v1

    options = {"api_endpoint": os.environ["LONGSHORE_GCP_ENDPOINT"]}
    project = os.environ["GOOGLE_CLOUD_PROJECT"]
    instances = compute_v1.InstancesClient(client_options=options).aggregated_list(project=project)
    disks = compute_v1.DisksClient(client_options=options).aggregated_list(project=project)
    firewalls = compute_v1.FirewallsClient(client_options=options).list(project=project)
    return {
        "instances": sum(len(scope.instances) for _, scope in instances),
        "disks": sum(len(scope.disks) for _, scope in disks),
        # The network that every project begins with has rules of its own.
        "firewall rules": sum(not rule.name.startswith("default-") for rule in firewalls),
    }


def azure() -> dict[str, int]:
    from azure.identity import DefaultAzureCredential
    from azure.mgmt.resource.resources import ResourceManagementClient

    client = ResourceManagementClient(
        DefaultAzureCredential(),
        os.environ["AZURE_SUBSCRIPTION_ID"],
        base_url=os.environ["LONGSHORE_AZURE_ENDPOINT"],
        connection_verify=os.environ["LONGSHORE_AZURE_CA"],
        credential_scopes=[f"{os.environ['LONGSHORE_AZURE_ENDPOINT']}/.default"],
    )
    return {
        "resource groups": len(list(client.resource_groups.list())),
        "resources": len(list(client.resources.list())),
    }


def main() -> int:
    left = 0
    for cloud in (aws, gcp, azure):
        found = cloud()
        left += sum(found.values())
        print(f"{cloud.__name__:5} lists " + ", ".join(f"{n} {what}" for what, n in found.items()))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
