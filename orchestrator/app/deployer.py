"""From where this deployer reaches its machines."""

from __future__ import annotations

import ipaddress

from orchestrator.operations.providers import Providers
from orchestrator.planning.rules import Deployer, deployer_name
from orchestrator.spec.model import Project


def learn_deployer(project: Project, providers: Providers) -> Deployer:
    """`ssh_from:` as written, or the address that a provider (or the configured echo URL)
    sees us come from. Raises CloudError when that cannot be learned."""
    if project.ssh.ssh_from != "auto":
        networks = tuple(
            str(ipaddress.ip_network(network, strict=False)) for network in project.ssh.ssh_from
        )
        return Deployer(deployer_name(), networks, dynamic=False)
    first = project.targets[0]
    address = ipaddress.ip_address(providers.get(first.provider, first.region).deployer_address())
    network = f"{address}/{address.max_prefixlen}"
    return Deployer(deployer_name(), (network,), dynamic=True)
