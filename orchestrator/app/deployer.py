"""From where this deployer reaches its machines."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from orchestrator.operations.providers import Providers
from orchestrator.planning.rules import Deployer, deployer_name
from orchestrator.reporting.events import Notice, Skipped, Warned
from orchestrator.reporting.sink import Sink
from orchestrator.spec.model import Project
from providers.contract.errors import CloudError
from providers.contract.provider import Provider


def learn_deployer(project: Project, providers: Providers, sink: Sink) -> Deployer:
    """`ssh_from:` as written, or the address that a provider (or the configured echo URL)
    sees us come from, with a notice that says which. Raises CloudError when it is `auto` and
    cannot be learned. Written networks that keep this machine out are a warning. Where no
    provider has a firewall nobody is asked, and nothing is opened."""
    asked = _outside(project, providers)
    if asked is None:
        # Nothing would keep anyone from a machine, so nothing has to let us in.
        return Deployer(deployer_name(), (), dynamic=False)
    if project.ssh.ssh_from != "auto":
        networks = tuple(ip_network(each, strict=False) for each in project.ssh.ssh_from)
        _warn_if_outside(networks, asked, project, sink)
        return Deployer(deployer_name(), tuple(map(str, networks)), dynamic=False)
    address, source = _address(asked, project)
    network = _alone(address)
    sink.emit(Notice(f"`ssh_from: auto` is {network}, as seen by {source}"))
    return Deployer(deployer_name(), (network,), dynamic=True)


def _outside(project: Project, providers: Providers) -> Provider | None:
    """The provider of the project's first place that has a firewall to open."""
    for target in project.targets:
        for place in target.places:
            provider = providers.get(*place)
            if provider.abilities.firewall:
                return provider
    return None


def _address(provider: Provider, project: Project) -> tuple[IPv4Address | IPv6Address, str]:
    """Where we come from, and who says so."""
    address = ip_address(provider.deployer_address())
    urls = {settings.name: settings.echo_url for settings in project.providers}
    return address, urls.get(provider.name) or provider.name


def _warn_if_outside(
    networks: tuple[IPv4Network | IPv6Network, ...],
    provider: Provider,
    project: Project,
    sink: Sink,
) -> None:
    if any(network.prefixlen == 0 for network in networks):
        return
    try:
        address, source = _address(provider, project)
    except CloudError as error:
        # Whoever wrote the networks down may have no way to ask.
        sink.emit(Skipped("the check that `ssh_from` lets this machine in", str(error)))
        return
    if not any(address in network for network in networks):
        sink.emit(
            Warned(
                f"`ssh_from` keeps this machine out: its address is {address} as {source} sees "
                f"it, and SSH is open to {', '.join(map(str, networks))}",
                f"add {_alone(address)} to `ssh_from`, or deploy from inside those networks",
            )
        )


def _alone(address: IPv4Address | IPv6Address) -> str:
    """The network that holds this address alone."""
    return f"{address}/{address.max_prefixlen}"
